"""Writes arguments.json: constructor arguments and defaults of Keras' classes, for the page's tables.

`python arguments.py` with Keras 3.15 installed. A required argument is the string "<required>".
"""

import inspect
import json
from pathlib import Path

import keras

# Layers of the page's palette; of the other families all that is public.
LAYERS = """
Dense Activation ReLU LeakyReLU PReLU ELU Softmax Flatten Reshape Permute RepeatVector Embedding
Dropout SpatialDropout1D SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout
BatchNormalization LayerNormalization GroupNormalization UnitNormalization
Conv1D Conv2D Conv2DTranspose DepthwiseConv2D SeparableConv2D
MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D
ZeroPadding1D ZeroPadding2D Cropping1D Cropping2D UpSampling1D UpSampling2D
Rescaling Normalization Discretization CategoryEncoding StringLookup IntegerLookup TextVectorization Hashing
RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness Resizing CenterCrop
""".split()
CALLBACKS = """
EarlyStopping ModelCheckpoint ReduceLROnPlateau LearningRateScheduler CSVLogger TerminateOnNaN
BackupAndRestore TensorBoard SwapEMAWeights
""".split()

# Bases, wrappers and averages of values, which compile does not take by themselves.
NOT_OFFERED = {
    "losses": ["Loss"],
    "metrics": ["Metric", "Mean", "Sum", "MeanMetricWrapper"],
    "optimizers": ["Optimizer", "LossScaleOptimizer", "MultiOptimizer", "Muon", "OptimizerMap"],
    "schedules": ["LearningRateSchedule"],
    "initializers": ["Initializer", "IdentityInitializer", "OrthogonalInitializer", "STFTInitializer"],
    "regularizers": ["Regularizer"],
    "constraints": ["Constraint"],
}

# Not part of what is built: names and dtypes are common to all; LoRA and quantization come later in a
# layer's life; Embedding's weights are no config.
LEFT_OUT = ["self", "name", "dtype", "weights", "lora_rank", "lora_alpha", "quantization_config"]


def public(module, left_out):
    found = {name: getattr(module, name) for name in dir(module) if name[0].isupper()}
    return {name: item for name, item in found.items() if inspect.isclass(item) and name not in left_out}


def arguments(cls):
    parameters = inspect.signature(cls.__init__).parameters.values()
    named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and p.name not in LEFT_OUT]
    return {p.name: "<required>" if p.default is p.empty else p.default for p in named}


def main():
    modules = {name: getattr(keras, name) for name in NOT_OFFERED if name != "schedules"}
    modules["schedules"] = keras.optimizers.schedules
    families = {
        "layers": {name: getattr(keras.layers, name) for name in LAYERS},
        "callbacks": {name: getattr(keras.callbacks, name) for name in CALLBACKS},
        **{family: public(module, NOT_OFFERED[family]) for family, module in modules.items()},
    }
    table = {family: {name: arguments(cls) for name, cls in classes.items()} for family, classes in families.items()}
    # Other names, and one that no layer can use: threshold needs arguments.
    skipped = ("get", "serialize", "deserialize", "swish", "hard_swish", "threshold")
    functions = [name for name in dir(keras.activations) if name[0] != "_" and name not in skipped]
    lines = [f'  "{family}": {{\n' + ",\n".join(f'    "{name}": {json.dumps(found)}' for name, found in classes.items()) + "\n  }"
             for family, classes in table.items()]
    lines += [f'  "activations": {json.dumps(functions)}', f'  "version": {json.dumps(keras.__version__)}']
    Path(__file__).with_name("arguments.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
