def read_csv(path, delimiter=",", names=None, header=True):
    """The columns of a table by name; a cell that says it is missing is None."""
    with open_file(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    first = rows.pop(0) if header else None
    names = names or [name.strip() for name in first]
    missing = MISSING
    cells = [
        [None if cell.strip().lower() in missing else cell.strip() for cell in row]
        for row in rows
        if len(row) == len(names)
    ]
    return dict(zip(names, zip(*cells)))
