//! Binary formats, gzip, and bytes that are none of them.

use super::*;
use flate2::{Compression, write::GzEncoder};
use model_dojo::data::{Kind, info};
use model_dojo::tensor::{Array, Data};
use std::io::Write;
use std::sync::Arc;

fn open(bytes: &[u8]) -> Result<Loaded> {
    load("test", bytes, &LoadOptions::default())
}

fn array(bytes: &[u8]) -> Arc<Array> {
    match open(bytes).unwrap() {
        Loaded::Array(array) => array,
        other => panic!("not an array: {other:?}"),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(vec![], Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn idx(kind: u8, dims: &[u32], body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, dims.len() as u8];
    dims.iter().for_each(|dim| bytes.extend(dim.to_be_bytes()));
    bytes.extend(body);
    bytes
}

#[test]
fn bundled_pictures_are_what_they_should_be() {
    for folder in ["fashion-mnist", "mnist"] {
        for (part, count) in [("train", 6000), ("t10k", 1000)] {
            let images = info(&bundled(&format!("{folder}/{part}-images-idx3-ubyte.gz")));
            assert_eq!(
                (images.kind, images.shape),
                (Kind::Images, vec![count, 28, 28])
            );
            let Loaded::Array(labels) = bundled(&format!("{folder}/{part}-labels-idx1-ubyte.gz"))
            else {
                panic!("labels are an array");
            };
            let Data::U8(ids) = &labels.data else {
                panic!("labels are bytes")
            };
            assert_eq!(ids.len(), count);
            let mut seen = [0; 10];
            ids.iter().for_each(|&id| seen[usize::from(id)] += 1);
            assert!(
                seen.iter().all(|&n| n >= count / 10 - 120 / (7000 / count)),
                "{seen:?}"
            );
        }
    }
}

#[test]
fn every_idx_type_is_read() {
    let f32s = [1.5f32.to_be_bytes(), (-2f32).to_be_bytes()].concat();
    let f64s = [0.1f64.to_be_bytes(), f64::NEG_INFINITY.to_be_bytes()].concat();
    assert_eq!(array(&idx(8, &[2], &[0, 255])).data, Data::U8(vec![0, 255]));
    assert_eq!(array(&idx(9, &[2], &[0, 255])).data, Data::I32(vec![0, -1]));
    assert_eq!(
        array(&idx(0xB, &[2], &[1, 0, 255, 254])).data,
        Data::I32(vec![256, -2])
    );
    assert_eq!(
        array(&idx(0xC, &[1], &[255, 255, 255, 255])).data,
        Data::I32(vec![-1])
    );
    assert_eq!(
        array(&idx(0xD, &[2, 1], &f32s)).data,
        Data::F32(vec![1.5, -2.0])
    );
    assert_eq!(
        array(&idx(0xE, &[2], &f64s)).data,
        Data::F64(vec![0.1, f64::NEG_INFINITY])
    );
    says(open(&idx(8, &[3], &[1, 2])), &["[3]", "2 bytes", "cut off"]);
    says(open(&idx(8, &[3], &[1, 2])[..6]), &["header"]);
    says(open(&idx(0xE, &[u32::MAX; 8], &[1])), &["promises"]);
}

#[test]
fn numpy_arrays_agree_with_numpy() {
    let Loaded::Arrays(arrays) = open(&file("tests/data/arrays.npz")).unwrap() else {
        panic!("an .npz holds arrays");
    };
    let expected = reference()["arrays"].clone();
    assert_eq!(arrays.len(), expected.as_object().unwrap().len());
    for (name, array) in &arrays {
        let expected = &expected[name];
        assert_eq!(serde_json::json!(array.shape), expected["shape"], "{name}");
        let values: Vec<Value> = match &array.data {
            Data::F32(v) => v.iter().map(|&x| f64::from(x).into()).collect(),
            Data::F64(v) => v.iter().map(|&x| x.into()).collect(),
            Data::I32(v) => v.iter().map(|&x| x.into()).collect(),
            Data::I64(v) => v.iter().map(|&x| x.into()).collect(),
            Data::U8(v) => v.iter().map(|&x| x.into()).collect(),
            Data::U16(v) => v.iter().map(|&x| x.into()).collect(),
            Data::Bool(v) => v.iter().map(|&x| x.into()).collect(),
            Data::Str(v) => v.iter().map(|x| x.as_str().into()).collect(),
            Data::Sparse(_) => panic!("{name} is sparse"),
        };
        assert_eq!(Value::Array(values), expected["values"], "{name}");
    }
    assert_eq!(array(&file("tests/data/fortran.npy")), arrays["f8"]);
    assert_eq!(array(&gzip(&file("tests/data/fortran.npy"))), arrays["f8"]);
}

#[test]
fn what_cannot_be_read_is_refused() {
    says(open(&file("tests/data/ragged.npy")), &["'|O'", "objects"]);
    says(open(&file("tests/data/structured.npy")), &["dtype"]);
    says(open(&file("tests/data/large_u8.npy")), &["int64"]);
    let npz = file("tests/data/arrays.npz");
    says(open(&npz[..npz.len() / 2]), &["zip", "cut off"]);
    let npy = file("tests/data/fortran.npy");
    says(open(&npy[..npy.len() - 1]), &["[3, 4]", "95 bytes"]);
    says(open(b"\xFF\xD8\xFF\xE0 renamed"), &["JPEG"]);
    says(open(b"\xFF\xFEa\0,\0b\0"), &["UTF-16"]);
    says(open(b"a,b\n1,caf\xE9\n"), &["UTF-8", "line 2"]);
    says(open(&[7, 0, 1, 2, 3]), &["binary"]);
}

#[test]
fn json_records_are_a_table() {
    let json =
        r#" [{"n": 1, "t": " x ", "b": true}, {"t": null, "n": 2.5}, {"n": "NA", "late": -3}]"#;
    let table = table(json);
    assert_eq!(names(&table), ["n", "t", "b", "late"]);
    assert!(matches!(numbers(&table, "n"), [1.0, 2.5, gap] if gap.is_nan()));
    assert!(matches!(numbers(&table, "late"), [a, b, -3.0] if a.is_nan() && b.is_nan()));
    let texts = |column: usize| [0, 1].map(|row| table.columns[column].values.text(row));
    assert_eq!(
        (texts(1), texts(2)),
        ([Some("x".into()), None], [Some("true".into()), None])
    );
    says(read(r#"[{"a": [1]}]"#), &["\"a\" of record 1", "nested"]);
    says(read(r#"{"a": [1]}"#), &["list of records"]);
    says(read("[{\"a\": 1}, "), &["line 1"]);
    says(read("[]"), &["no records"]);
}

#[test]
fn damaged_and_oversized_gzip_is_an_error() {
    let whole = gzip(b"a,b\n1,2\n3,4\n");
    assert_eq!(open(&whole).unwrap(), open(b"a,b\n1,2\n3,4\n").unwrap());
    for length in 2..whole.len() {
        says(open(&whole[..length]), &["gzip", "cut off"]);
    }
    let mut wrong = whole.clone();
    let crc = wrong.len() - 8;
    wrong[crc] ^= 1;
    says(open(&wrong), &["gzip", "damaged"]);
    let bomb = gzip(&vec![b'0'; 1 << 20]);
    let options = LoadOptions {
        limit: 1 << 16,
        ..LoadOptions::default()
    };
    says(load("bomb", &bomb, &options), &["limit"]);
    says(
        load(
            "bomb",
            file("tests/data/arrays.npz"),
            &LoadOptions {
                limit: 200,
                ..options
            },
        ),
        &["limit"],
    );
}

/// No bytes make the reader panic: real files, cut and changed at random places.
#[test]
fn mutated_files_never_panic() {
    let csv = file("www/data/tables/penguins.csv");
    let quoted = b"a,b\n\"x\"\"y\",1\n\"p\nq\",2\n".repeat(20);
    let seeds = [
        csv[..2000].to_vec(),
        quoted,
        file("tests/data/arrays.npz"),
        file("tests/data/fortran.npy"),
        gzip(&csv[..500]),
        idx(8, &[2, 3], &[1, 2, 3, 4, 5, 6]),
        file("tests/data/reference.json")[..1000].to_vec(),
    ];
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let (mut usable, mut refused) = (0, 0);
    for round in 0..3000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes[at] = random(256) as u8,
                1 => bytes.insert(at, b"\",\n\r\t;0"[random(7)]),
                2 => bytes.truncate(at.max(1)),
                _ => bytes[at] ^= 1 << random(8),
            }
        }
        match load(
            "mutated",
            &bytes,
            &LoadOptions {
                limit: 1 << 20,
                ..LoadOptions::default()
            },
        ) {
            Ok(loaded) => {
                usable += 1;
                info(&loaded);
            }
            Err(error) => {
                refused += 1;
                assert!(!error.message.is_empty());
            }
        }
    }
    assert!(
        usable > 100 && refused > 100,
        "{usable} usable, {refused} refused"
    );
}
