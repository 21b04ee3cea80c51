def read_idx(path):
    """The array of an IDX file, MNIST's format."""
    with open_file(path, "rb") as file:
        data = file.read()
    kinds = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
    shape = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return np.frombuffer(data, kinds[data[2]], offset=4 + 4 * data[3]).reshape(shape)
