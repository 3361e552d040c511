import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { dialogsHaveTheirPlace } from "../../../dev/layers";
import { backend, type PlanEdit, type SettingView } from "../../ipc/client";
import LogsDialog from "./LogsDialog.svelte";
import { exportsOf, planLogs, wrongArn } from "./logs";

const person = userEvent.setup({ delay: null });
const GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/shop";
const messages = {
  EventSource: "userNotification",
  LogLevel: "ERROR",
  CloudWatchLogsConfiguration: { LogGroupArn: GROUP },
};
const setting = (value: unknown): SettingView => ({
  area: "protection",
  operation: "GetLogDeliveryConfiguration",
  pointer: "/LogDeliveryConfiguration/LogConfigurations",
  title: "Export of logs",
  what: "Where logs go.",
  default: "none",
  changing: "always",
  note: null,
  form: { kind: "json", least: null, most: null, choices: [] },
  value: value === null ? null : JSON.stringify(value),
});

dialogsHaveTheirPlace();

describe("where logs go", () => {
  it("is read, and what no form knows stays as it is", () => {
    const tomorrow = { EventSource: "tomorrow", LogLevel: "INFO", S3Configuration: { BucketArn: "arn:aws:s3:::x" } };
    const loud = { ...messages, LogLevel: "INFO" };
    const { exports, strange } = exportsOf([messages, tomorrow, loud]);
    expect(exports).toEqual({ userNotification: { to: "cloudWatch", arn: GROUP }, userAuthEvents: null });
    expect(strange).toEqual([tomorrow, loud]);
    const [put] = planLogs(exports, strange).puts;
    expect(JSON.parse(put?.value ?? "null")).toEqual([messages, tomorrow, loud]);
  });

  it("has to be an address of the chosen place", () => {
    expect(wrongArn({ to: "cloudWatch", arn: GROUP })).toBe(false);
    expect(wrongArn({ to: "s3", arn: "arn:aws:s3:::shop" })).toBe(false);
    for (const arn of ["", "shop", "arn:aws:s3:::", GROUP]) expect(wrongArn({ to: "s3", arn })).toBe(true);
  });

  it("is chosen for each kind, errors of messages in CloudWatch alone, and previewed as a whole", async () => {
    const asked = vi.fn().mockRejectedValue(new Error("It was denied."));
    backend.planEdit = asked;
    const onraw = vi.fn();
    render(LogsDialog, { setting: setting([messages]), onclose: vi.fn(), onmade: vi.fn(), onraw });
    const [errors, signIns] = screen.getAllByRole("group");
    if (!errors || !signIns) throw new Error("two kinds");
    const places = within(errors).getByRole("combobox", { name: "To" });
    expect(within(places).getAllByRole("option")).toHaveLength(1);
    await person.click(within(signIns).getByRole("checkbox"));
    expect(screen.getByRole("button", { name: "Preview" })).toHaveProperty("disabled", true);
    await person.selectOptions(within(signIns).getByRole("combobox", { name: "To" }), "s3");
    await person.type(within(signIns).getByRole("textbox", { name: "ARN" }), GROUP);
    await within(signIns).findByText(/begins with arn:aws:s3/);
    await person.clear(within(signIns).getByRole("textbox", { name: "ARN" }));
    await person.type(within(signIns).getByRole("textbox", { name: "ARN" }), "arn:aws:s3:::shop");
    await person.click(screen.getByRole("button", { name: "As JSON" }));
    expect(onraw).toHaveBeenCalledOnce();
    await person.click(screen.getByRole("button", { name: "Preview" }));
    const [plan] = asked.mock.calls[0] as [PlanEdit];
    const sent = JSON.parse(plan.puts[0]?.value ?? "null") as unknown;
    expect(sent).toEqual([
      messages,
      { EventSource: "userAuthEvents", LogLevel: "INFO", S3Configuration: { BucketArn: "arn:aws:s3:::shop" } },
    ]);
  });
});
