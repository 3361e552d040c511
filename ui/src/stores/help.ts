import { backend } from "../ipc/client";
import { t } from "../strings/en";
import { copy } from "./clipboard";
import { toasts } from "./toasts.svelte";

/** Opens the folder of the log files in the desktop's file browser. */
export async function openLogs(): Promise<void> {
  try {
    await backend.openLogsFolder();
  } catch (thrown) {
    toasts.complain(thrown);
  }
}

/** Copies what a bug report needs. */
export async function copyDiagnostics(): Promise<void> {
  try {
    await copy(await backend.getDiagnostics(), t.settings.diagnosticsWhat);
  } catch (thrown) {
    toasts.complain(thrown);
  }
}
