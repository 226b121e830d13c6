"""`yavar backup` and `yavar restore`: the whole desk in one file, made while it runs, checked before it counts."""
