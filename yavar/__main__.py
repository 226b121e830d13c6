"""`python -m yavar`."""

from yavar.config.cli import main

if __name__ == "__main__":
    main()
