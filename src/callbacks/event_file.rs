//! Event files as TensorBoard reads them: TFRecords of `Event` messages
//! (`tensorflow/core/util/event.proto`, `tensorflow/core/framework/summary.proto`).

/// What the first record of every file says.
const VERSION: &str = "brain.Event:2";

/// A value of a summary: the plugin that shows it, and a scalar or a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Summary<'a> {
    Scalar(f32),
    /// A model's JSON for the graph plugin.
    KerasModel(&'a str),
}

/// The record that begins a file.
pub fn header(wall_time: f64) -> Vec<u8> {
    let mut event = Message::default();
    event.double(1, wall_time);
    event.bytes(3, VERSION.as_bytes());
    record(&event.0)
}

/// The record of one value at a step.
pub fn summary(wall_time: f64, step: u64, tag: &str, value: &Summary) -> Vec<u8> {
    let mut tensor = Message::default();
    let mut plugin = Message::default();
    let mut metadata = Message::default();
    match value {
        Summary::Scalar(number) => {
            tensor.varint(1, 1); // DT_FLOAT
            tensor.bytes(2, &[]); // no dimensions
            tensor.bytes(5, &number.to_le_bytes());
            plugin.bytes(1, b"scalars");
        }
        Summary::KerasModel(json) => {
            tensor.varint(1, 7); // DT_STRING
            tensor.bytes(2, &[]);
            tensor.bytes(8, json.as_bytes());
            plugin.bytes(1, b"graph_keras_model");
            plugin.bytes(2, b"1");
        }
    }
    metadata.bytes(1, &plugin.0);
    if matches!(value, Summary::Scalar(_)) {
        metadata.varint(4, 1); // DATA_CLASS_SCALAR
    }
    let mut entry = Message::default();
    entry.bytes(1, tag.as_bytes());
    entry.bytes(8, &tensor.0);
    entry.bytes(9, &metadata.0);
    let mut summary = Message::default();
    summary.bytes(1, &entry.0);
    let mut event = Message::default();
    event.double(1, wall_time);
    event.varint(2, step);
    event.bytes(5, &summary.0);
    record(&event.0)
}

/// A TFRecord: length, its checksum, the bytes, theirs.
pub fn record(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(bytes.len() + 16);
    record.extend(length);
    record.extend(masked_crc(&length).to_le_bytes());
    record.extend(bytes);
    record.extend(masked_crc(bytes).to_le_bytes());
    record
}

/// TFRecord's checksum: CRC-32C, turned and shifted so that records may hold records.
pub fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli), bit by bit: event files are small.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc: u32, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 }
        })
    })
}

/// A protobuf message in writing.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn key(&mut self, field: u64, wire: u64) {
        self.number(field << 3 | wire);
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn varint(&mut self, field: u64, value: u64) {
        self.key(field, 0);
        self.number(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.key(field, 2);
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
    }
}
