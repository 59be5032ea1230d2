// The dispatcher's protocol and a handler that counts, written in C: what an interrupt would cost without .NET.
// Step by step the same as Runtime/Dispatch: compare InterruptDispatcher.Entry and InterruptDelivery.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { CAPACITY = 1 << 16, SPLIT_BITS = 4, RANGE_BITS = 36, LINEAR = 1 << SPLIT_BITS, BUCKETS = LINEAR * (RANGE_BITS - SPLIT_BITS + 1) };

typedef struct { int64_t min, count, overflow, max; double sum; int64_t buckets[BUCKETS]; } histogram;

typedef struct {
    int signal, is_interrupt;
    int64_t overruns;
    intptr_t payload;
    int64_t timestamp, lateness;
    const gregset_t *registers;
} frame;

typedef struct { const frame *frame; } context;

typedef struct {
    uint64_t key;
    int timer_id, clock_id;
    void (*handler)(void *, const context *);
    void *state;
    histogram *entry_latency;
    int64_t period;
    uint64_t first_key, last_key;
    int active, busy, mask_depth;
    int64_t pending, stale, masked;
    int64_t sequence __attribute__((aligned(128)));
    int64_t next_due, delivered, overruns, longest_handler;
} slot;

typedef struct { slot *slots; int64_t spurious; } table;

typedef struct { int64_t count; } counter;

static slot slots[CAPACITY] __attribute__((aligned(256)));
static table the_table;
static table *root;
static histogram latency;
static counter state;

static int64_t now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline void record(histogram *h, int64_t nanoseconds)
{
    int64_t duration = nanoseconds < 0 ? 0 : nanoseconds;
    if (duration < h->min || h->count == 0) h->min = duration;
    if (duration > h->max) h->max = duration;
    h->count++;
    h->sum += duration;
    if (duration >= (int64_t)1 << RANGE_BITS) {
        h->overflow++;
        duration = ((int64_t)1 << RANGE_BITS) - 1;
    }
    int bucket = (int)duration;
    if (duration >= LINEAR) {
        double value = duration;
        int64_t bits;
        memcpy(&bits, &value, sizeof bits);
        bucket = (int)(bits >> (52 - SPLIT_BITS)) - ((1023 + SPLIT_BITS) << SPLIT_BITS) + LINEAR;
    }
    h->buckets[bucket]++;
}

static inline int begin(slot *s, frame *f)
{
    while (__atomic_load_n(&s->pending, __ATOMIC_ACQUIRE) != 0 && __atomic_load_n(&s->mask_depth, __ATOMIC_ACQUIRE) == 0) {
        int idle = 0;
        if (!__atomic_compare_exchange_n(&s->busy, &idle, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return 0;
        int64_t expiries = __atomic_load_n(&s->mask_depth, __ATOMIC_ACQUIRE) == 0 ? __atomic_exchange_n(&s->pending, 0, __ATOMIC_SEQ_CST) : 0;
        if (expiries != 0) {
            int64_t time = s->clock_id == CLOCK_MONOTONIC ? f->timestamp : now(s->clock_id);
            int64_t lateness = time - s->next_due;
            f->lateness = lateness < 0 ? 0 : lateness;
            f->overruns = expiries - 1;
            s->next_due += expiries * s->period;
            __atomic_store_n(&s->sequence, s->sequence + 1, __ATOMIC_RELEASE);
            return 1;
        }
        __atomic_exchange_n(&s->busy, 0, __ATOMIC_SEQ_CST);
    }
    return 0;
}

static inline void end(slot *s, frame *f)
{
    int64_t duration = now(CLOCK_MONOTONIC) - f->timestamp;
    if (duration > s->longest_handler) s->longest_handler = duration;
    record(s->entry_latency, f->lateness);
    s->delivered++;
    s->overruns += f->overruns;
    __atomic_store_n(&s->sequence, s->sequence + 1, __ATOMIC_RELEASE);
    __atomic_exchange_n(&s->busy, 0, __ATOMIC_SEQ_CST);
}

static void entry(int signal, siginfo_t *info, void *raw)
{
    int *error = &errno;
    int interrupted_errno = *error;
    ucontext_t *interrupted = raw;
    table *t = root;
    frame f = { .timestamp = now(CLOCK_MONOTONIC), .signal = signal, .is_interrupt = 1, .payload = 0, .registers = &interrupted->uc_mcontext.gregs };
    uint64_t key = (uint64_t)info->si_value.sival_ptr;
    slot *s = t->slots + (key & (CAPACITY - 1));
    __atomic_fetch_add(&s->active, 1, __ATOMIC_SEQ_CST);
    int live = __atomic_load_n(&s->key, __ATOMIC_ACQUIRE) == key;
    if (live && info->si_code == SI_TIMER && info->si_timerid == s->timer_id && key != 0) {
        int64_t expiries = 1 + (int64_t)(unsigned)info->si_overrun;
        if (__atomic_load_n(&s->mask_depth, __ATOMIC_ACQUIRE) != 0) __atomic_fetch_add(&s->masked, expiries, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&s->pending, expiries, __ATOMIC_SEQ_CST);
        while (begin(s, &f)) {
            context c = { &f };
            s->handler(s->state, &c);
            end(s, &f);
            if (__atomic_load_n(&s->pending, __ATOMIC_ACQUIRE) == 0) break;
            f.timestamp = now(CLOCK_MONOTONIC);
        }
    } else if (!live && key >= s->first_key && key <= s->last_key) {
        __atomic_fetch_add(&s->stale, 1, __ATOMIC_SEQ_CST);
    } else {
        __atomic_fetch_add(&t->spurious, 1, __ATOMIC_SEQ_CST);
    }
    __atomic_fetch_sub(&s->active, 1, __ATOMIC_SEQ_CST);
    *error = interrupted_errno;
}

static void count(void *state, const context *c)
{
    (void)c;
    ((counter *)state)->count++;
}

static void nothing(int signal, siginfo_t *info, void *raw)
{
    (void)signal, (void)info, (void)raw;
}

static int install(int signal, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
    sigfillset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}

// An empty handler: what the kernel alone costs.
int reference_install_empty(int signal) { return install(signal, nothing); }

// The full protocol, for signals with this key and timer id, which were due all the time since `due`.
int reference_install_full(int signal, uint64_t key, int timer_id, int64_t due)
{
    slot *s = slots + (key & (CAPACITY - 1));
    *s = (slot){ .key = key, .timer_id = timer_id, .clock_id = CLOCK_MONOTONIC, .handler = count, .state = &state,
                 .entry_latency = &latency, .next_due = due, .first_key = key, .last_key = key };
    the_table.slots = slots;
    root = &the_table;
    return install(signal, entry);
}

int64_t reference_count(void) { return state.count; }

int64_t reference_delivered(uint64_t key) { return slots[key & (CAPACITY - 1)].delivered; }

// Sends n signals to the calling thread, each handled before the next is sent. Returns the CPU time it took in nanoseconds, or -1.
int64_t reference_send(int signal, uint64_t key, int timer_id, int n)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = signal;
    info.si_code = SI_TIMER;
    info.si_timerid = timer_id;
    info.si_value.sival_ptr = (void *)key;
    pid_t process = getpid();
    pid_t thread = gettid();
    int64_t start = now(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < n; i++) {
        if (syscall(SYS_rt_tgsigqueueinfo, process, thread, signal, &info) != 0) return -1;
    }
    return now(CLOCK_THREAD_CPUTIME_ID) - start;
}
