//! `keras.utils.Progbar`: the text of a bar or a line per epoch.

use super::Logs;
use super::python::{fixed, scientific};

const WIDTH: usize = 20;
/// Seconds between two drawings.
const INTERVAL: f64 = 0.05;

/// The progress over `target` steps. Times are seconds on the caller's clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Progbar {
    target: usize,
    /// 1: a bar, 2: one line at the end.
    verbose: u8,
    start: f64,
    last_update: Option<f64>,
    after_first_step: Option<f64>,
    values: Logs,
    previous_width: usize,
}

impl Progbar {
    pub fn new(target: usize, verbose: u8, now: f64) -> Self {
        Progbar {
            target,
            verbose,
            start: now,
            last_update: None,
            after_first_step: None,
            values: vec![],
            previous_width: 0,
        }
    }

    /// What is to be printed after step `current` (from 1); empty where nothing is.
    pub fn update(&mut self, current: usize, values: &Logs, finalize: bool, now: f64) -> String {
        for (key, value) in values {
            super::set_log(&mut self.values, key, *value);
        }
        let step_time = self.step_time(current, now);
        let text = match self.verbose {
            1 => {
                let soon = self.last_update.is_some_and(|last| now - last < INTERVAL);
                if soon && !finalize {
                    return String::new();
                }
                self.bar(current, step_time, finalize, now)
            }
            2 if finalize => self.line(current, step_time, now),
            _ => String::new(),
        };
        self.last_update = Some(now);
        text
    }

    fn bar(&mut self, current: usize, step_time: f64, finalize: bool, now: f64) -> String {
        // Each drawing replaces the one before.
        let mut text = "\x08".repeat(self.previous_width) + "\r";
        let counter = self.counter(current);
        let share = current as f64 / self.target.max(1) as f64;
        let done = ((WIDTH as f64 * share) as usize).min(WIDTH);
        text += &format!("\x1b[1m{counter}\x1b[0m ");
        if done > 0 {
            text += &format!("\x1b[32m{}\x1b[0m", "━".repeat(done));
        }
        text += &format!("\x1b[37m{}\x1b[0m", "━".repeat(WIDTH - done));
        let time = if finalize {
            format!("{}s", fixed(now - self.start, 0))
        } else {
            eta(step_time * (self.target.saturating_sub(current)) as f64)
        };
        let mut info = format_time(step_time);
        for (key, value) in &self.values {
            // The bar shows negative numbers as the positive ones, the line does not.
            info += &format!(" - {key}: {}", digits(*value, value.abs()));
        }
        text += &format!(" \x1b[1m{time}\x1b[0m{info}");
        let width = [&counter, &time, &info]
            .iter()
            .map(|part| part.chars().count())
            .sum::<usize>()
            + WIDTH
            + 2;
        text += &" ".repeat(self.previous_width.saturating_sub(width));
        if finalize {
            text.push('\n');
        }
        self.previous_width = width;
        text
    }

    fn line(&self, current: usize, step_time: f64, now: f64) -> String {
        let elapsed = fixed(now - self.start, 0);
        let mut line = format!(
            "{} - {elapsed}s -{}",
            self.counter(current),
            format_time(step_time)
        );
        for (key, value) in &self.values {
            line += &format!(" - {key}: {}", digits(*value, *value));
        }
        line + "\n"
    }

    /// `  7/120`
    fn counter(&self, current: usize) -> String {
        let width = self.target.to_string().len();
        format!("{current:width$}/{}", self.target)
    }

    /// Seconds per step; the first, which is slow, does not count once there are more.
    fn step_time(&mut self, current: usize, now: f64) -> f64 {
        if current == 0 {
            return 0.0;
        }
        let time = match self.after_first_step {
            Some(first) if current > 1 => (now - first) / (current - 1) as f64,
            _ => (now - self.start) / current as f64,
        };
        if current == 1 {
            self.after_first_step = Some(now);
        }
        time
    }
}

fn eta(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let (hours, minutes) = (whole / 3600, whole % 3600 / 60);
    if seconds > 3600.0 {
        format!("{hours}:{minutes:02}:{:02}", whole % 60)
    } else if seconds > 60.0 {
        format!("{}:{:02}", whole / 60, whole % 60)
    } else {
        format!("{whole}s")
    }
}

fn format_time(per_step: f64) -> String {
    if per_step >= 1.0 || per_step == 0.0 {
        format!(" {}s/step", fixed(per_step, 0))
    } else if per_step >= 1e-3 {
        format!(" {}ms/step", fixed(per_step * 1e3, 0))
    } else {
        format!(" {}us/step", fixed(per_step * 1e6, 0))
    }
}

/// Four decimals, or an exponent where `size` is at most 0.001.
fn digits(value: f64, size: f64) -> String {
    if size > 1e-3 {
        fixed(value, 4)
    } else {
        scientific(value, 4)
    }
}
