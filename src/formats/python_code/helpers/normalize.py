def normalize(columns, names, train):
    """Mean 0 and variance 1 over the training rows, as Keras' Normalization computes it."""
    for name in names:
        mean, deviation = columns[name][train].mean(), columns[name][train].std()
        values = columns[name].astype("float32") - np.float32(mean)
        columns[name] = values / np.maximum(np.float32(deviation), np.float32(1e-7))
