// Everything that a page does beyond links and forms. Each import is one behaviour, found by its data- attribute;
// behaviours know nothing of one another and talk by events on the document.
import "./requests.js";
import "./menu.js";
import "./dialog.js";
import "./toast.js";
import "./place.js";
import "./drag.js";
import "./keyboard-move.js";
import "./filter.js";
import "./autosubmit.js";
import "./theme.js";
import "./shortcut.js";
import "./in-sight.js";
import "./copy.js";
import "./insert.js";
import "./rule-panel.js";
