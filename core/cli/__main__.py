"""`python -m core.cli`: the command where its script is not on the PATH."""

from core.cli.group import main

main()
