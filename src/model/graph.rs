//! The graph of layer calls: what is computed from what, and in which shapes.

use super::container::Container;
use super::trace::Tracer;
use crate::data::cast::cast;
use crate::data::{Features, compact};
use crate::error::{Error, Result};
use crate::layers::{CallInfo, InputLayer, Layer, LayerNode, Shape, show};
use std::ops::Range;

/// One call of a layer. A shared layer has several.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Index into [`Graph::layers`].
    pub layer: usize,
    /// The values it reads, and which of [`Layer::arguments`] each is.
    pub inputs: Vec<usize>,
    pub slots: Vec<usize>,
    /// The values it writes.
    pub outputs: Range<usize>,
    /// The name of its random numbers: the layer's path, and from its second call on its number.
    pub stream: String,
}

/// Layers and their calls in an order in which each finds its inputs ready.
///
/// Values are numbered: first the inputs, then what each call writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub inputs: Vec<InputLayer>,
    pub layers: Vec<LayerNode>,
    pub calls: Vec<Call>,
    /// The values the model gives.
    pub outputs: Vec<usize>,
}

impl Graph {
    /// The calls of a model whose inputs are known.
    pub fn new(model: &Container, layers: Vec<LayerNode>) -> Result<Self> {
        let inputs: Vec<InputLayer> = model.declared_inputs()?.into_iter().cloned().collect();
        let shapes = inputs.iter().map(|input| input.shape.clone()).collect();
        let mut tracer = Tracer::new(&layers, shapes);
        let values: Vec<usize> = (0..inputs.len()).collect();
        let outputs = tracer.model(model, &values)?;
        let calls = tracer.calls;
        if let Some(twice) = (1..outputs.len()).find(|&i| outputs[..i].contains(&outputs[i])) {
            return Err(Error::unsupported(format!(
                "output {twice} of the model is the tensor of another output, too; give it once"
            )));
        }
        Ok(Graph {
            inputs,
            layers,
            calls,
            outputs,
        })
    }

    /// How many values there are.
    pub fn values(&self) -> usize {
        self.calls
            .last()
            .map_or(self.inputs.len(), |call| call.outputs.end)
    }

    /// The call that writes value `v`; None for an input.
    pub fn producer(&self, v: usize) -> Option<&Call> {
        let next = self.calls.partition_point(|call| call.outputs.end <= v);
        self.calls.get(next).filter(|_| v >= self.inputs.len())
    }

    /// The shapes of all values for these input shapes, as a summary shows them.
    pub fn shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        self.shapes_by(inputs, declared_shapes)
    }

    /// The shapes that all values really have; an error where a layer's variables, which are made
    /// for declared shapes, do not fit them.
    pub fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let real = self.shapes_by(inputs, |layer, call| layer.output_shapes(call))?;
        let declared = self.shapes(inputs)?;
        for call in &self.calls {
            let node = &self.layers[call.layer];
            check_variables(&*node.layer, &call.inputs, &real, &declared)
                .map_err(|e| e.in_layer(&node.name))?;
        }
        Ok(real)
    }

    fn shapes_by(
        &self,
        inputs: &[Shape],
        output_shapes: impl Fn(&dyn Layer, &CallInfo) -> Result<Vec<Shape>>,
    ) -> Result<Vec<Shape>> {
        let mut shapes = inputs.to_vec();
        for call in &self.calls {
            let node = &self.layers[call.layer];
            let from: Vec<Shape> = call.inputs.iter().map(|&v| shapes[v].clone()).collect();
            let info = CallInfo {
                shapes: &from,
                slots: &call.slots,
            };
            shapes.extend(output_shapes(&*node.layer, &info).map_err(|e| e.in_layer(&node.name))?);
        }
        Ok(shapes)
    }

    /// The input shapes of each layer's first call, where all values have these shapes.
    pub fn first_inputs(&self, shapes: &[Shape]) -> Vec<Vec<Shape>> {
        let mut first = vec![vec![]; self.layers.len()];
        for call in self.calls.iter().rev() {
            first[call.layer] = call.inputs.iter().map(|&v| shapes[v].clone()).collect();
        }
        first
    }

    /// The shapes of the model's declared inputs.
    pub fn input_shapes(&self) -> Vec<Shape> {
        self.inputs
            .iter()
            .map(|input| input.shape.clone())
            .collect()
    }

    /// The declared input shapes with what the data say filled in; an error where they differ.
    ///
    /// A missing or extra last dimension of 1 is no difference (as in Keras).
    pub fn fit_inputs(&self, data: &[Vec<usize>]) -> Result<Vec<Vec<usize>>> {
        if data.len() != self.inputs.len() {
            return Err(Error::shape(format!(
                "the model has {} inputs, but {} arrays were given",
                self.inputs.len(),
                data.len()
            )));
        }
        self.inputs
            .iter()
            .zip(data)
            .map(|(input, data)| fit_input(input, data))
            .collect()
    }

    /// The data as the inputs take them: cast to their types where these are not float32, and
    /// what is mostly zero as sparse rows.
    pub fn take_inputs(&self, data: &mut [Features]) {
        for (input, data) in self.inputs.iter().zip(data) {
            let cast = cast(data, &input.dtype);
            *data = compact(cast.unwrap_or_else(|| data.clone()));
        }
    }
}

/// Whether a layer that reads values `inputs` has the same variables for their real shapes and for
/// their declared ones.
fn check_variables(
    layer: &dyn Layer,
    inputs: &[usize],
    real: &[Shape],
    declared: &[Shape],
) -> Result<()> {
    let of =
        |shapes: &[Shape]| -> Vec<Shape> { inputs.iter().map(|&v| shapes[v].clone()).collect() };
    let (real, declared) = (of(real), of(declared));
    if real == declared || layer.variables(&real)? == layer.variables(&declared)? {
        return Ok(());
    }
    let show_all = |shapes: &[Shape]| shapes.iter().map(show).collect::<Vec<_>>().join(" and ");
    Err(Error::shape(format!(
        "expected an input of shape {}, which the layers before it declare, found {}, which they \
         give; a layer with \"glu\" must come last, or before layers without weights",
        show_all(&declared),
        show_all(&real)
    )))
}

/// The shapes that a call's outputs are declared to have.
pub fn declared_shapes(layer: &dyn Layer, call: &CallInfo) -> Result<Vec<Shape>> {
    match layer.output_shapes(call) {
        Ok(several) if several.len() > 1 => Ok(several),
        _ => Ok(vec![layer.declared_shape(call.shapes)?]),
    }
}

fn fit_input(input: &InputLayer, data: &[usize]) -> Result<Vec<usize>> {
    let want = &input.shape;
    let mut shape = data.to_vec();
    if shape.len() == want.len() + 1 && shape.last() == Some(&1) {
        shape.pop();
    } else if shape.len() + 1 == want.len() && want.last() == Some(&Some(1)) {
        shape.push(1);
    }
    let fits = shape.len() == want.len()
        && want
            .iter()
            .zip(&shape)
            .all(|(want, found)| want.is_none_or(|want| want == *found));
    if fits {
        return Ok(shape);
    }
    let found: Shape = data.iter().map(|&n| Some(n)).collect();
    let product: Option<usize> = want.iter().copied().product();
    let hint = if want.len() == 1 && product == Some(data.iter().product()) {
        "; put a Flatten layer first, with the data's shape as the input shape"
    } else {
        "; change the model's input shape or reshape the data"
    };
    Err(Error::shape(format!(
        "the model takes {}, but the data are {}{hint}",
        show(want),
        show(&found)
    )))
}
