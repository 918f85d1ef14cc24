//! What the kernel says that processes have used.

use std::{collections::HashSet, fs, time::Duration};

/// Resident memory of a process tree in KiB: now, and the sum of the processes' own peaks.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) resident: u32,
    pub(crate) peak: u32,
}

/// `USER_HZ` is 100 on every architecture that this is meant for.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process and everything below it, ended children included.
pub(crate) fn cpu(root: u32) -> Duration {
    // The fields after the command's name: utime, stime, cutime, cstime (proc_pid_stat(5), 14 to 17).
    let used = |pid: u32| stat(pid).iter().skip(11).take(4).filter_map(|field| field.parse::<u32>().ok()).sum::<u32>();
    TICK * tree(root).into_iter().map(used).sum()
}

pub(crate) fn memory(root: u32) -> Memory {
    tree(root).into_iter().fold(Memory::default(), |sum, pid| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse::<u32>().ok()).unwrap_or(0)
        };
        Memory { resident: sum.resident + field("VmRSS:"), peak: sum.peak + field("VmHWM:") }
    })
}

/// Time that the whole machine was busy.
pub(crate) fn machine() -> Duration {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let times: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq (proc_stat(5)): idle and iowait are not work.
    let busy = times.iter().take(7).enumerate().filter(|(at, _)| ![3, 4].contains(at)).map(|(_, ticks)| ticks);
    Duration::from_millis(busy.sum::<u64>().saturating_mul(10))
}

/// CPU model, cores and kernel.
pub(crate) fn machine_name() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown CPU", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}

/// The fields of `/proc/PID/stat` after the command's name, which may hold spaces itself.
fn stat(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(str::to_owned).collect()
}

fn tree(root: u32) -> HashSet<u32> {
    let all: Vec<u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let parents: Vec<(u32, u32)> =
        all.into_iter().filter_map(|pid| Some((pid, stat(pid).get(1)?.parse().ok()?))).collect();
    let (mut seen, mut open) = (HashSet::new(), vec![root]);
    while let Some(pid) = open.pop() {
        if seen.insert(pid) {
            open.extend(parents.iter().filter(|(_, parent)| *parent == pid).map(|(child, _)| child));
        }
    }
    seen
}
