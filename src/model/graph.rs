//! The graph of layer calls: what is computed from what, and in which shapes.

use crate::data::cast::cast;
use crate::data::{Features, compact};
use crate::error::{Error, Result};
use crate::layers::{InputLayer, Layer, LayerNode, Shape, show};

/// One call of a layer. A shared layer has several.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Index into [`Graph::layers`].
    pub layer: usize,
    /// The values it reads.
    pub inputs: Vec<usize>,
}

/// Layers and their calls in an order in which each finds its inputs ready.
///
/// Values are numbered: first the inputs, then one for each call.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub inputs: Vec<InputLayer>,
    pub layers: Vec<LayerNode>,
    pub calls: Vec<Call>,
    /// The values the model gives.
    pub outputs: Vec<usize>,
}

impl Graph {
    /// A chain of layers behind one input.
    pub fn chain(input: InputLayer, layers: Vec<LayerNode>) -> Self {
        let calls: Vec<Call> = (0..layers.len())
            .map(|i| Call {
                layer: i,
                inputs: vec![i],
            })
            .collect();
        let outputs = vec![calls.len()];
        Graph {
            inputs: vec![input],
            layers,
            calls,
            outputs,
        }
    }

    /// The value that call `c` writes.
    pub fn value_of(&self, c: usize) -> usize {
        self.inputs.len() + c
    }

    /// The shapes of all values for these input shapes, as a summary shows them.
    pub fn shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        self.shapes_by(inputs, |layer, from| layer.declared_shape(from))
    }

    /// The shapes that all values really have; an error where a layer's variables, which are made
    /// for declared shapes, do not fit them.
    pub fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let real = self.shapes_by(inputs, |layer, from| layer.output_shape(from))?;
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
        shape: impl Fn(&dyn Layer, &[Shape]) -> Result<Shape>,
    ) -> Result<Vec<Shape>> {
        let mut shapes = inputs.to_vec();
        for call in &self.calls {
            let node = &self.layers[call.layer];
            let from: Vec<Shape> = call.inputs.iter().map(|&v| shapes[v].clone()).collect();
            shapes.push(shape(&*node.layer, &from).map_err(|e| e.in_layer(&node.name))?);
        }
        Ok(shapes)
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
