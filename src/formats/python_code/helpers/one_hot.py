def one_hot(columns, name, train, names={}):
    """One 0/1 column for each category of the training rows, in the column's place."""
    encoded = {}
    for key, values in columns.items():
        if key != name:
            encoded[key] = values
            continue
        for category in np.unique(values[train]):
            text = str(category).removesuffix(".0")
            encoded[names.get(text, f"{name}_{text}")] = (values == category).astype(float)
    return encoded
