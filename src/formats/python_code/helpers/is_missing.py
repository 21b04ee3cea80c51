def is_missing(values):
    return np.array([value is None or value != value for value in values])
