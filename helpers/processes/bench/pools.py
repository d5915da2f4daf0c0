"""Runs tasks on Python's process pools when told so: VERB WORKERS TASKS per line."""
import multiprocessing as mp
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def noop(n):
    return n


def one_ms(n):
    end = time.perf_counter() + 0.001
    while time.perf_counter() < end:
        pass
    return n


def main():
    pools, executors = {}, {}
    for line in sys.stdin:
        verb, w, n = line.split()
        w, n = int(w), int(n)
        fn = one_ms if verb.endswith("1ms") else noop
        if verb.startswith("submit"):
            if w not in executors:
                executors[w] = ProcessPoolExecutor(w)
            got = [f.result() for f in [executors[w].submit(fn, i) for i in range(n)]]
        else:
            if w not in pools:
                pools[w] = mp.Pool(w)
            if verb == "map":
                got = pools[w].map(fn, range(n))
            else:
                got = [r.get() for r in [pools[w].apply_async(fn, (i,)) for i in range(n)]]
        print("ok" if got == list(range(n)) else "wrong", flush=True)
    for p in pools.values():
        p.terminate()
    for e in executors.values():
        e.shutdown()


if __name__ == "__main__":
    main()
