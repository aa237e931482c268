"""`python -m jessy_tui` is `jessy`."""

from jessy_tui.cli import main

if __name__ == "__main__":
    main()
