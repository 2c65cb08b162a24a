"""CPU time of a process and of what it starts."""
import os, resource, subprocess


def cpu_of(command, core=None):
    """CPU seconds (user + system) of one run, and its (exit status, standard output, standard error). core: the one it is kept on."""
    pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None and core >= 0 else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, preexec_fn=pin)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, (done.returncode, done.stdout, done.stderr)
