def texts(cells):
    return np.array([None if cell is None else str(cell) for cell in cells], dtype=object)
