"""Installing, enabling, disabling and uninstalling plugins: used by the Apps page, the command and the first start."""
