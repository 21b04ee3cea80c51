def read_json(path):
    """The columns of a list of records by name; a cell that says it is missing is None."""
    missing = MISSING
    with open_file(path, "rt", encoding="utf-8-sig") as file:
        records = json.load(file)

    def cell(value):
        text = value.strip() if isinstance(value, str) else value
        return None if isinstance(text, str) and text.lower() in missing else text

    names = dict.fromkeys(name for record in records for name in record)
    return {name: [cell(record.get(name)) for record in records] for name in names}
