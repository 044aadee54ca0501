/* Starts the parts of a page that need script; without it each page still works as links and forms. */

import { startFresh } from "./fresh.js";
import { startWire } from "./wire.js";
import "./attributes.js";
import "./board.js";
import "./bulk.js";
import "./busy.js";
import "./calendar.js";
import "./cells.js";
import "./chart.js";
import "./children.js";
import "./copy.js";
import "./composer.js";
import "./dialog.js";
import "./form.js";
import "./keys.js";
import "./map.js";
import "./mend.js";
import "./menu.js";
import "./names.js";
import "./nav.js";
import "./palette.js";
import "./panes.js";
import "./redraw.js";
import "./select.js";
import "./sort.js";
import "./story.js";
import "./tasks.js";
import "./theme.js";
import "./toast.js";
import "./told.js";
import "./typeahead.js";
import "./unsaved.js";
import "./value.js";

startWire();
startFresh();
document.documentElement.dataset.script = "ready";
