//! A team of threads that share one piece of work at a time.
//!
//! The leader (the thread that calls) publishes a job of numbered chunks; it and its helpers claim
//! chunks from one atomic counter until none is left, so a helper that the system suspends never
//! holds up more than the chunk it has claimed. Publishing costs under a microsecond while the
//! helpers spin, which they do for a while before they sleep.

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// How often a thread looks for work before it sleeps: some tens of microseconds.
const SPINS: u32 = if cfg!(miri) { 1 } else { 20_000 };

/// A leader and its helpers. The leader is whichever thread owns the team.
///
/// Helpers work only inside a [`session`](Team::session). A team is `Send` but not `Sync`: a job
/// cannot reach the team that runs it, so jobs do not nest.
pub struct Team {
    shared: Arc<Shared>,
    helpers: Helpers,
    /// Sessions open now; they nest.
    depth: Cell<u32>,
    /// A job is running.
    busy: Cell<bool>,
    scratch: Cell<Vec<f32>>,
}

impl Team {
    /// A team of the leader alone.
    pub fn single() -> Team {
        Team::with(Helpers::none())
    }

    /// A team of `threads` threads, the leader included, or as many as can be had.
    ///
    /// Natively it starts threads of its own. In a threaded wasm build the helpers are those of
    /// wasm-bindgen-rayon, whose pool of `threads - 1` must have been started before; the leader
    /// must be a worker, since a page's main thread may not wait. Elsewhere it is a single team.
    pub fn new(threads: usize) -> Team {
        Team::with(Helpers::new(threads.saturating_sub(1)))
    }

    fn with(helpers: Helpers) -> Team {
        Team {
            shared: Arc::default(),
            helpers,
            depth: Cell::new(0),
            busy: Cell::new(false),
            scratch: Cell::default(),
        }
    }

    /// The number of threads, the leader included.
    pub fn threads(&self) -> usize {
        1 + self.helpers.count
    }

    /// Holds the helpers ready while `f` runs: one slice of training, say. Sessions nest.
    pub fn session<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Close<'a>(&'a Team);
        impl Drop for Close<'_> {
            fn drop(&mut self) {
                self.0.depth.set(self.0.depth.get() - 1);
                if self.0.depth.get() == 0 {
                    self.0.shared.session.fetch_add(1, SeqCst);
                    self.0.shared.wake();
                }
            }
        }
        if self.depth.replace(self.depth.get() + 1) == 0 {
            let session = self.shared.session.load(SeqCst);
            for _ in 0..self.helpers.count {
                let shared = Arc::clone(&self.shared);
                self.helpers.spawn(move || shared.help(session));
            }
        }
        let _close = Close(self);
        f()
    }

    /// Calls `job` once with each number below `chunks` and returns when all calls have returned.
    ///
    /// The calls are spread over the team inside a session, and made in order by the leader
    /// outside of one. Nothing is allocated. A panic in a job is passed on once all are done.
    pub fn run(&self, chunks: usize, job: &(dyn Fn(usize) + Sync)) {
        let alone = self.helpers.count == 0 || self.depth.get() == 0 || chunks <= 1;
        if alone || self.busy.replace(true) {
            return (0..chunks).for_each(job);
        }
        // SAFETY: only the lifetime changes. `finish` returns after the last call of the job, and
        // nobody reads the slot without a claim on one of its chunks, so no use outlives `job`.
        let job: &'static (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(job) };
        let result = self.shared.finish(Job { call: job, chunks });
        self.busy.set(false);
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    }

    /// Splits `data` into slices of `chunk` elements (the last may be shorter) and calls `job` with
    /// the start and the contents of each, spread over the team.
    pub fn for_slices<T: Send>(
        &self,
        data: &mut [T],
        chunk: usize,
        job: &(dyn Fn(usize, &mut [T]) + Sync),
    ) {
        self.for_slices_n([data], chunk, &|start, [slice]| job(start, slice));
    }

    /// Splits slices of equal length alike: [`for_slices`](Team::for_slices) over several at once.
    pub fn for_slices_n<T: Send, const N: usize>(
        &self,
        mut data: [&mut [T]; N],
        chunk: usize,
        job: &(dyn Fn(usize, [&mut [T]; N]) + Sync),
    ) {
        let len = data.first().map_or(0, |slice| slice.len());
        assert!(
            data.iter().all(|slice| slice.len() == len),
            "slices of unequal length"
        );
        let parts = data.each_mut().map(|slice| Parts::new(slice));
        self.run(len.div_ceil(chunk.max(1)), &|i| {
            let start = i * chunk;
            let end = len.min(start + chunk);
            // SAFETY: each `i` is claimed once and its range meets that of no other.
            job(
                start,
                parts
                    .each_ref()
                    .map(|part| unsafe { part.slice(start, end) }),
            );
        });
    }

    /// Calls `job` with a buffer of `len` floats with arbitrary contents, kept between calls.
    pub fn with_scratch<R>(&self, len: usize, job: impl FnOnce(&mut [f32]) -> R) -> R {
        let mut scratch = self.take_scratch(len);
        let result = job(&mut scratch[..len]);
        self.put_scratch(scratch);
        result
    }

    /// A buffer of at least `len` floats with arbitrary contents, kept between calls. A kernel
    /// takes it, and gives it back with [`put_scratch`](Team::put_scratch).
    pub(super) fn take_scratch(&self, len: usize) -> Vec<f32> {
        let mut scratch = self.scratch.take();
        if scratch.len() < len {
            scratch.resize(len, 0.0);
        }
        scratch
    }

    pub(super) fn put_scratch(&self, scratch: Vec<f32>) {
        self.scratch.set(scratch);
    }
}

/// A mutable slice of which several threads take disjoint parts.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a, T> {
    data: *mut T,
    len: usize,
    lifetime: std::marker::PhantomData<&'a mut [T]>,
}

// SAFETY: it hands out `&mut T` to other threads, which is what `T: Send` allows.
unsafe impl<T: Send> Sync for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    pub(super) fn new(data: &'a mut [T]) -> Self {
        Parts {
            data: data.as_mut_ptr(),
            len: data.len(),
            lifetime: std::marker::PhantomData,
        }
    }

    /// The elements `start..end`.
    ///
    /// # Safety
    /// No other part in use may overlap this one.
    #[allow(clippy::mut_from_ref)] // disjoint parts are the purpose
    pub(super) unsafe fn slice(&self, start: usize, end: usize) -> &mut [T] {
        assert!(
            start <= end && end <= self.len,
            "part {start}..{end} of {}",
            self.len
        );
        // SAFETY: within the slice by the assertion, and not aliased by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(start), end - start) }
    }

    /// The first element.
    pub(super) fn as_ptr(&self) -> *mut T {
        self.data
    }
}

#[derive(Clone, Copy)]
struct Job {
    call: &'static (dyn Fn(usize) + Sync),
    chunks: usize,
}

/// What leader and helpers share.
#[derive(Default)]
struct Shared {
    /// Written by the leader while no chunk is claimable, read by whoever holds a claim.
    job: UnsafeCell<Option<Job>>,
    /// Chunks not claimed yet. Taking one down from it is the claim.
    unclaimed: AtomicUsize,
    /// Chunks not finished yet. The leader returns, and may replace the job, at zero.
    unfinished: AtomicUsize,
    /// Number of the current session; helpers of another go home.
    session: AtomicU32,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    sleepers: AtomicUsize,
    bed: Mutex<()>,
    bell: Condvar,
}

// SAFETY: `job` is written only while `unclaimed` and `unfinished` are zero, when no thread reads
// it; a reader has taken a claim from the store to `unclaimed` that followed the write.
unsafe impl Sync for Shared {}

impl Shared {
    /// The leader's part: publishes the job, works on it and waits for the rest.
    fn finish(&self, job: Job) -> Result<(), Box<dyn Any + Send>> {
        // SAFETY: the previous job is finished (see `Sync`), and only the leader publishes.
        unsafe { *self.job.get() = Some(job) };
        self.unfinished.store(job.chunks, SeqCst);
        self.unclaimed.store(job.chunks, SeqCst);
        self.wake();
        self.work();
        self.wait_until(|| self.unfinished.load(SeqCst) == 0);
        self.panic
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .map_or(Ok(()), Err)
    }

    /// A helper's part: works until the session ends.
    fn help(&self, session: u32) {
        let over = || self.session.load(SeqCst) != session;
        while !over() {
            self.wait_until(|| over() || self.unclaimed.load(SeqCst) > 0);
            self.work();
        }
    }

    /// Claims chunks and carries them out until none is left.
    fn work(&self) {
        while let Ok(left) = self
            .unclaimed
            .fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1))
        {
            // SAFETY: the claim keeps the job in place until `unfinished` is taken down below.
            let job = unsafe { *self.job.get() }.expect("a claim implies a job");
            let call = AssertUnwindSafe(|| (job.call)(job.chunks - left));
            if let Err(panic) = catch_unwind(call) {
                *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
            }
            if self.unfinished.fetch_sub(1, SeqCst) == 1 {
                self.wake();
            }
        }
    }

    /// Spins for a while, then sleeps until `ready`. Whoever makes it so calls `wake`.
    fn wait_until(&self, ready: impl Fn() -> bool) {
        for _ in 0..SPINS {
            if ready() {
                return;
            }
            std::hint::spin_loop();
        }
        let mut bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        self.sleepers.fetch_add(1, SeqCst);
        while !ready() {
            bed = self.bell.wait(bed).unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, SeqCst);
    }

    /// Wakes all sleepers. Sequential consistency makes a thread that falls asleep and one that
    /// wakes it see each other: either `sleepers` is seen here or the change is seen there.
    fn wake(&self) {
        if self.sleepers.load(SeqCst) > 0 {
            drop(self.bed.lock().unwrap_or_else(PoisonError::into_inner));
            self.bell.notify_all();
        }
    }
}

/// Where helpers come from: a pool of the team's own.
#[cfg(not(target_arch = "wasm32"))]
struct Helpers {
    count: usize,
    pool: Option<rayon::ThreadPool>,
}

#[cfg(not(target_arch = "wasm32"))]
impl Helpers {
    fn none() -> Helpers {
        Helpers {
            count: 0,
            pool: None,
        }
    }

    fn new(count: usize) -> Helpers {
        if count == 0 {
            return Helpers::none();
        }
        match rayon::ThreadPoolBuilder::new().num_threads(count).build() {
            Ok(pool) => Helpers {
                count,
                pool: Some(pool),
            },
            Err(_) => Helpers::none(), // the system refuses threads: work alone
        }
    }

    fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        if let Some(pool) = &self.pool {
            pool.spawn(work);
        }
    }
}

/// Where helpers come from: wasm-bindgen-rayon's pool.
#[cfg(all(target_arch = "wasm32", feature = "threads"))]
struct Helpers {
    count: usize,
}

#[cfg(all(target_arch = "wasm32", feature = "threads"))]
impl Helpers {
    fn none() -> Helpers {
        Helpers { count: 0 }
    }

    /// Without a pool, rayon answers with one thread: the caller itself, which cannot help.
    fn new(count: usize) -> Helpers {
        if count == 0 {
            return Helpers::none(); // and leaves the pool to be started later
        }
        let leader_in_pool = usize::from(rayon::current_thread_index().is_some());
        Helpers {
            count: count.min(rayon::current_num_threads() - leader_in_pool),
        }
    }

    fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        rayon::spawn(work);
    }
}

/// Where helpers come from: a wasm build without threads has none.
#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
struct Helpers {
    count: usize,
}

#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
impl Helpers {
    fn none() -> Helpers {
        Helpers { count: 0 }
    }

    fn new(_count: usize) -> Helpers {
        Helpers::none()
    }

    fn spawn(&self, _work: impl FnOnce() + Send + 'static) {}
}

/// Sizes of team that tests compare.
#[cfg(all(test, not(any(miri, target_arch = "wasm32"))))]
pub(super) const THREADS: [usize; 4] = [1, 2, 3, 4];
#[cfg(all(test, miri))]
pub(super) const THREADS: [usize; 2] = [1, 2];

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn each_chunk_runs_once_in_and_out_of_sessions() {
        for threads in THREADS {
            let team = Team::new(threads);
            assert_eq!(team.threads(), threads);
            let rounds = if cfg!(miri) { 3 } else { 300 };
            let check = || {
                for chunks in 0..rounds {
                    let calls: Vec<AtomicUsize> = (0..chunks).map(|_| 0.into()).collect();
                    team.run(chunks, &|i| {
                        calls[i].fetch_add(1, SeqCst);
                    });
                    assert!(calls.iter().all(|n| n.load(SeqCst) == 1));
                }
            };
            check();
            team.session(check);
            team.session(|| team.session(check));
            team.session(check);
        }
    }

    #[test]
    fn several_threads_take_part() {
        let team = Team::new(2);
        let seen = Mutex::new(std::collections::HashSet::new());
        team.session(|| {
            // A chunk waits for the other, so one thread alone could not finish.
            let barrier = std::sync::Barrier::new(2);
            team.run(2, &|_| {
                barrier.wait();
                seen.lock().unwrap().insert(std::thread::current().id());
            });
        });
        assert_eq!(seen.into_inner().unwrap().len(), 2);
    }

    #[test]
    fn sleeping_helpers_wake() {
        let team = Team::new(3);
        let sum = AtomicUsize::new(0);
        team.session(|| {
            for _ in 0..3 {
                std::thread::sleep(std::time::Duration::from_millis(10));
                team.run(10, &|i| {
                    sum.fetch_add(i, SeqCst);
                });
            }
        });
        assert_eq!(sum.into_inner(), 3 * 45);
    }

    #[test]
    fn a_panic_reaches_the_leader_and_leaves_the_team_usable() {
        let team = Team::new(2);
        team.session(|| {
            let result = catch_unwind(AssertUnwindSafe(|| {
                team.run(8, &|i| assert!(i != 3, "chunk three"));
            }));
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&"chunk three"));
            let done = AtomicUsize::new(0);
            team.run(8, &|_| {
                done.fetch_add(1, SeqCst);
            });
            assert_eq!(done.into_inner(), 8);
        });
    }

    #[test]
    fn slices_cover_the_data() {
        let team = Team::new(3);
        team.session(|| {
            for chunk in [1, 7, 50, 200] {
                let (mut a, mut b) = (vec![0.0; 100], vec![0.0; 100]);
                team.for_slices(&mut a, chunk, &|start, slice| {
                    slice
                        .iter_mut()
                        .enumerate()
                        .for_each(|(i, v)| *v += (start + i) as f32);
                });
                team.for_slices_n([&mut a, &mut b], chunk, &|_, [a, b]| {
                    b.iter_mut().zip(a).for_each(|(b, a)| *b += *a * 2.0);
                });
                assert!(b.iter().enumerate().all(|(i, &v)| v == 2.0 * i as f32));
            }
        });
    }
}
