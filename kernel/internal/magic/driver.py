# Runs cells for the command %%python. Requests come on file 3, one JSON object
# a line; an answer goes to file 4 when a cell has ended. What the cell prints
# goes straight to files 1 and 2; the mark behind it says where it ends.
import ast, json, linecache, os, signal, sys, traceback, types


def put(name, value):
    """Hands a value to Go: python.FromPython[T](name) returns it there.

    The value is what json.dumps takes, or has tolist() as NumPy's arrays have."""
    path = _path(name)
    with open(path + ".new", "w", encoding="utf-8") as f:
        json.dump(value, f, default=_plain)
    os.replace(path + ".new", path)


def get(name):
    """Returns the value that Go or an earlier cell put under the name."""
    with open(_path(name), encoding="utf-8") as f:
        return json.load(f)


def _path(name):
    if not name or "/" in name or name.startswith("."):
        raise ValueError(f"{name!r} can't be the name of a value")
    return os.path.join(os.environ["SONGSONG_DATA"], name + ".json")


def _plain(value):
    for method in ("tolist", "item"):
        if hasattr(value, method):
            return getattr(value, method)()
    if isinstance(value, (set, frozenset, range)):
        return list(value)
    raise TypeError(f"a {type(value).__name__} can't be handed to Go; make it numbers, text, lists or dicts")


def _run(code, label, names):
    linecache.cache[label] = (len(code), None, code.splitlines(True), label)
    tree = ast.parse(code, label)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, label, "exec"), names)
    if last is not None:
        value = eval(compile(last, label, "eval"), names)
        if value is not None:
            names["_"] = value
            return repr(value)
    return None


def _failure(label):
    kind, value, tb = sys.exc_info()
    while tb is not None and tb.tb_frame.f_code.co_filename == "<string>":
        tb = tb.tb_next
    if isinstance(value, SyntaxError) and value.filename == label:
        tb = None
    lines = _without_folders(traceback.TracebackException(kind, value, tb))
    if isinstance(value, SystemExit):
        lines = [f"SystemExit: {value.code}\n"]
    return {"name": kind.__name__, "value": str(value), "traceback": "".join(lines).rstrip("\n").split("\n")}


def _without_folders(error):
    """Formats an error; where Python is installed differs on every machine."""
    e = error
    while e is not None:
        for frame in e.stack:
            frame.filename = os.path.basename(frame.filename) if os.path.isabs(frame.filename) else frame.filename
        e = e.__cause__ or e.__context__
    return list(error.format())


def _main():
    songsong = types.ModuleType("songsong", "Hands values from Python to Go and back.")
    songsong.put, songsong.get = put, get
    sys.modules["songsong"] = songsong
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    main.__dict__["songsong"] = songsong
    requests, answers = os.fdopen(3, "r", encoding="utf-8"), os.fdopen(4, "w", encoding="utf-8")
    os.set_inheritable(3, False)
    os.set_inheritable(4, False)
    sys.path.insert(0, "")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in requests:
        request = json.loads(line)
        os.chdir(request["dir"])
        os.environ.update(request["env"])
        answer = {}
        try:
            try:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                answer["shown"] = _run(request["code"], request["label"], main.__dict__)
                for name in request["out"]:
                    put(name, main.__dict__[name])
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
        except BaseException:
            answer["error"] = _failure(request["label"])
        for file in (sys.stdout, sys.stderr):
            try:
                file.flush()
            except Exception:
                pass
        for fd in (1, 2):
            try:
                os.write(fd, request["mark"].encode())
            except OSError:
                pass
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


_main()
