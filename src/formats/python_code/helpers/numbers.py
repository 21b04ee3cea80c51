def numbers(cells):
    return np.array([np.nan if cell is None else float(cell) for cell in cells])
