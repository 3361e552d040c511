//! What the figures were measured on.

use std::fs;

/// Processor, cores, memory and system in one line, as far as they are told.
pub(crate) fn description() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    let gib = kib.map_or_else(String::new, |kib: u64| format!(", {} GiB of memory", kib / (1 << 20)));
    format!("{} ({cores} cores){gib}, {}", model.unwrap_or("unknown processor"), std::env::consts::OS)
}

/// How many programs wanted the processors in the last minute; what is above their number slows every figure.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// What a program has written so far, also after its end, in megabytes; `None` where the system does not tell.
pub(crate) fn written(process: u32) -> Option<f64> {
    let told = fs::read_to_string(format!("/proc/{process}/io")).ok()?;
    let bytes: f64 = told.lines().find_map(|line| line.strip_prefix("wchar: "))?.parse().ok()?;
    Some(bytes / 1e6)
}

/// A number of `/proc/PID/status` in megabytes; `None` when the process is gone or the system has no such file.
pub(crate) fn memory(process: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}
