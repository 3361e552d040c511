import "@fontsource-variable/inter/index.css";
import "@fontsource/jetbrains-mono/400.css";
import "./kit/tokens.css";
import "./kit/base.css";
import "./kit/kit.css";
import "./kit/frame.css";
import "./kit/overlays.css";
import { mount } from "svelte";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target) mount(App, { target });
