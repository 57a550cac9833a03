// Every text of the console: its key, English, Chinese. tests/browser checks that none is missing and none unused.
import { common } from "./common.js";
import { start } from "./start.js";
import { lists } from "./lists.js";
import { keys } from "./keys.js";
import { traffic } from "./traffic.js";
import { play } from "./play.js";

export const texts = { ...common, ...start, ...lists, ...keys, ...traffic, ...play };
