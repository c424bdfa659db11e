"""Running a student's module, and taking only the definitions of a script that acts while it is imported.

A module is run as Python runs it. A script that parses arguments or trains at its top level is not: of it,
the definitions, imports and plain assignments are taken. The same is done where a top-level action raises.
"""

from __future__ import annotations
import __future__

import ast
import traceback
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .census import Piece

# A call of one of these at the top level means a script: it wants arguments, a terminal or hours.
ACTIONS = frozenset(
    """
    parse_args parse_known_args docopt input backward main train fit train_one_epoch validate evaluate run
    launch
    """.split()  # noqa: SIM905 (a list of words reads better)
)
# What a plain assignment may call: constructors of constants, and questions about the machine.
PLAIN_CALLS = frozenset(
    """
    namedtuple Namespace SimpleNamespace NamedTuple TypeVar NewType device is_available device_count cpu_count
    getLogger compile Path dict list set tuple frozenset int float str bool range len partial OrderedDict
    defaultdict Counter deque join exists dirname abspath realpath resolve makedirs mkdir get getenv tensor arange
    zeros ones full log exp sqrt min max sum abs round sorted reversed zip enumerate map filter isinstance print
    open load loads read readline readlines read_text read_bytes reader DictReader append extend insert add update
    setdefault items keys values copy strip lstrip rstrip split splitlines lower upper format replace encode decode
    startswith endswith setattr
    """.split()  # noqa: SIM905
)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
BLOCKS = (ast.For, ast.While, ast.With)


def run_module(module: ModuleType, pieces: Sequence[Piece], *, definitions_only: bool) -> str:
    """Fills the module from its pieces; gives a note if only its definitions were taken.

    Raises: whatever their code raises.
    """
    action = next(_actions(pieces), None)
    if definitions_only or action is not None:
        _run_definitions(module, pieces)
        return "" if action is None else f"{_lines(*action)} acts on import; only its definitions were taken"
    before = dict(vars(module))
    try:
        for piece in pieces:
            exec(compile(piece.tree, piece.name, "exec", dont_inherit=True), vars(module))
    except (Exception, SystemExit) as error:
        at = _where_it_acted(error, pieces)
        leaves = isinstance(error, SystemExit) and not isinstance(at, ast.If)  # unless it lacks arguments, or a GPU
        if at is None or leaves:
            raise
        vars(module).clear()
        vars(module).update(before)
        _run_definitions(module, pieces)
        return f"line {at.lineno} raised {type(error).__name__} on import; only its definitions were taken"
    return ""


def _lines(statement: ast.stmt, name: str) -> str:
    return f"line {statement.lineno} ({name})"


def _actions(pieces: Sequence[Piece]) -> Iterator[tuple[ast.stmt, str]]:
    """The statements of the top level that act, with what they call."""
    for piece in pieces:
        for statement in piece.tree.body:
            if isinstance(statement, (*DEFINITIONS, *IMPORTS)) or _is_main_guard(statement):
                continue
            for node in _run_at_once(statement):
                if isinstance(node, ast.Call) and _called(node) in ACTIONS:
                    yield statement, _called(node)
                elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "sys.argv":
                    yield statement, "sys.argv"


def _run_at_once(statement: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run with the statement, those in function bodies left out."""
    yield statement
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):
            yield from _run_at_once(child)


def _where_it_acted(error: BaseException, pieces: Sequence[Piece]) -> ast.stmt | None:
    """The top-level statement that raised, if it is an action; None for an import or a definition."""
    by_name = {piece.name: piece for piece in pieces}
    for frame, line in traceback.walk_tb(error.__traceback__):
        piece = by_name.get(frame.f_code.co_filename)
        if piece is not None and frame.f_code.co_name == "<module>":
            statement = next(
                (each for each in piece.tree.body if each.lineno <= line <= (each.end_lineno or line)), None
            )
            acts = statement is not None and not isinstance(statement, (*DEFINITIONS, *IMPORTS))
            return statement if acts else None
    return None


def _run_definitions(module: ModuleType, pieces: Sequence[Piece]) -> None:
    needed, acting, future = _needed(pieces), _acting(pieces), 0
    for piece in pieces:
        for statement in piece.tree.body:
            future |= _future_flags(statement)
            plain = statement if _makes(statement, needed, acting) else _plain(statement)
            if plain is None:
                continue
            try:
                code = compile(ast.Module([plain], []), piece.name, "exec", future, dont_inherit=True)
                exec(code, vars(module))
            except Exception as error:
                # Made from what an action would have made, or from a file that was not handed in with the script:
                # whoever needs it says so when it runs.
                is_lost = isinstance(plain, IMPORTS) and isinstance(error, ModuleNotFoundError)
                if not is_lost and not isinstance(plain, (*ASSIGNMENTS, *BLOCKS, ast.Expr)):
                    raise


def _future_flags(statement: ast.stmt) -> int:
    """What `from __future__ import ...` means for all statements after it."""
    if not isinstance(statement, ast.ImportFrom) or statement.module != "__future__":
        return 0
    features = [getattr(__future__, alias.name, None) for alias in statement.names]
    return sum(feature.compiler_flag for feature in features if feature is not None)


def _makes(statement: ast.stmt, needed: frozenset[str], acting: frozenset[str]) -> bool:
    """Whether this is an assignment to one of these names that does not act, whatever else it calls."""
    if not isinstance(statement, ASSIGNMENTS) or not needed.intersection(_stored(statement)):
        return False
    return not acting.intersection(_calls(statement))


def _calls(node: ast.AST) -> set[str]:
    return {_called(each) for each in _run_at_once(node) if isinstance(each, ast.Call)}


def _acting(pieces: Sequence[Piece]) -> frozenset[str]:
    """The names of what acts when it is called: the actions, and functions of this module that call one."""
    functions = [each for piece in pieces for each in piece.tree.body if isinstance(each, DEFINITIONS[:2])]
    calls = {each.name: set().union(*map(_calls, each.body)) for each in functions}
    acting = set(ACTIONS)
    while more := {name for name, called in calls.items() if called & acting} - acting:
        acting |= more
    return frozenset(acting)


def _needed(pieces: Sequence[Piece]) -> frozenset[str]:
    """The names that classes and functions read, and those that what they read is made from."""
    statements = [statement for piece in pieces for statement in piece.tree.body]
    reads: dict[str, set[str]] = {}
    for each in statements:
        for name in _stored(each) if isinstance(each, (*DEFINITIONS, *ASSIGNMENTS)) else ():
            reads.setdefault(name, set()).update(_read(each))
    needed = {name for each in statements if isinstance(each, DEFINITIONS) for name in reads[each.name]}
    while more := {name for each in needed for name in reads.get(each, set())} - needed:
        needed |= more
    return frozenset(needed)


def _read(statement: ast.stmt) -> set[str]:
    """The names that a statement reads; of a function, those that are not its own."""
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    read = {node.id for node in names}
    if not isinstance(statement, DEFINITIONS[:2]):
        return read
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    arguments = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    shared = {name for node in ast.walk(statement) if isinstance(node, ast.Global) for name in node.names}
    return read - ((own | arguments) - shared)


def _stored(statement: ast.stmt) -> list[str]:
    """The names that a definition or an assignment binds."""
    if isinstance(statement, DEFINITIONS):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", statement)]
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]


def _plain(statement: ast.stmt) -> ast.stmt | None:
    """The statement without what acts: itself, a copy with less in it, or None."""
    if isinstance(statement, (*DEFINITIONS, *IMPORTS, ast.Pass)):
        return statement
    if isinstance(statement, ASSIGNMENTS):
        return statement if _is_plain_value(statement) else None
    if isinstance(statement, (*BLOCKS, ast.Expr)):
        return statement if _is_plain_value(statement) and not _is_endless(statement) else None
    if isinstance(statement, ast.If) and not _is_main_guard(statement) and _is_plain_value(statement.test):
        return _same_or_new(statement, ast.If(statement.test, _body(statement.body), _rest(statement.orelse)))
    if isinstance(statement, ast.Try):
        handlers = [_handler(handler) for handler in statement.handlers]
        body, other, final = _body(statement.body), _rest(statement.orelse), _rest(statement.finalbody)
        return _same_or_new(statement, ast.Try(body, handlers, other, final))
    return None


def _handler(handler: ast.ExceptHandler) -> ast.ExceptHandler:
    return ast.copy_location(ast.ExceptHandler(handler.type, handler.name, _body(handler.body)), handler)


def _same_or_new(old: ast.stmt, new: ast.stmt) -> ast.stmt:
    if ast.dump(old) == ast.dump(new):
        return old
    return ast.fix_missing_locations(ast.copy_location(new, old))


def _rest(statements: list[ast.stmt]) -> list[ast.stmt]:
    return [plain for plain in map(_plain, statements) if plain is not None]


def _body(statements: list[ast.stmt]) -> list[ast.stmt]:
    return _rest(statements) or [ast.copy_location(ast.Pass(), statements[0])]


def _is_plain_value(node: ast.AST) -> bool:
    return all(_called(child) in PLAIN_CALLS for child in _run_at_once(node) if isinstance(child, ast.Call))


def _is_endless(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.While) and isinstance(node.test, ast.Constant) for node in ast.walk(statement))


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
