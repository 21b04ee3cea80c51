def open_file(path, mode, **options):
    return (gzip.open if path.endswith(".gz") else open)(path, mode, **options)
