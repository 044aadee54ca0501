/* Starts the parts of the page that need script; each page works without it. */
