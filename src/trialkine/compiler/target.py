"""From IR text to machine code through llvmlite: no compiler needed on the user's machine.

Kernels are made for the processor they run on, unless `TRIALKINE_TARGET` or an argument names another: the
bits of a result depend on whether a product and a sum are rounded together (fused multiply-add), so a
run of one machine can be repeated bit by bit on another only with the same kind of instructions.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from trialkine.errors import InputError

VARIABLE = "TRIALKINE_TARGET"


@dataclass(frozen=True)
class Target:
    """The processor that kernels are made for: vector width in doubles, features, fused multiply-add."""

    cpu: str
    features: str
    width: int
    fused: bool
    llvm: str


_AVX2 = ("sse2", "avx", "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe")
_AVX512 = (*_AVX2, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
_NAMED: Mapping[str, tuple[str, tuple[str, ...], int, bool]] = {
    "avx512": ("x86-64-v4", _AVX512, 8, True),
    "avx2": ("x86-64-v3", _AVX2, 4, True),
    "sse2": ("x86-64", ("sse2",), 2, False),
}


def named_target(name: str) -> Target:
    """A generation of 64-bit x86 processors by its vector instructions: avx512, avx2 or sse2.

    Raises: InputError, when no target has this name.
    """
    if name.lower() not in _NAMED:
        near = get_close_matches(name.lower(), _NAMED, 1)
        advice = f"Did you mean '{near[0]}'?" if near else f"Write one of {', '.join(_NAMED)}."
        raise InputError(f"No target named '{name}' for the kernels. {advice}")
    cpu, features, width, fused = _NAMED[name.lower()]
    return Target(cpu, ",".join(f"+{feature}" for feature in features), width, fused, _llvm_version())


def chosen_target() -> Target:
    """The target that the environment names, or else the processor this runs on.

    Raises: InputError, when the name is unknown or this processor cannot run it.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return host_target()
    try:
        target = named_target(name)
        require_host_runs(target)
    except InputError as error:
        raise InputError(f"In the environment variable {VARIABLE}={name}: {error}") from error
    return target


@cache
def host_target() -> Target:
    """The processor this runs on."""
    import llvmlite.binding as llvm

    return target_of(llvm.get_host_cpu_name(), _host_features())


def target_of(cpu: str, features: Mapping[str, bool]) -> Target:
    """The widest vectors that a processor with these features handles; two doubles on any that is not x86."""
    width = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
    listed = ",".join(f"{'+' if is_there else '-'}{name}" for name, is_there in sorted(features.items()))
    return Target(cpu, listed, width, bool(features.get("fma") or features.get("neon")), _llvm_version())


def require_host_runs(target: Target) -> None:
    """Refuse machine code that would stop this process with an illegal instruction.

    Raises: InputError, when this processor lacks what the target needs.
    """
    missing = missing_features(target, _host_features())
    if missing:
        other = "" if "sse2" in missing else ", or write 'sse2', which every 64-bit x86 processor runs"
        raise InputError(
            f"Kernels for '{target.cpu}' need {', '.join(missing)}, which this processor lacks. "
            f"Leave {VARIABLE} empty{other}."
        )


def missing_features(target: Target, features: Mapping[str, bool]) -> list[str]:
    """What a target needs and a processor with these features does not have."""
    needed = [entry[1:] for entry in target.features.split(",") if entry.startswith("+")]
    return [name for name in needed if not features.get(name)]


@cache
def _host_features() -> Mapping[str, bool]:
    """What the processor can do; nothing where the system does not tell, which is always safe."""
    import llvmlite.binding as llvm

    _start()
    try:
        return dict(llvm.get_host_cpu_features())
    except RuntimeError:
        return {}


def _llvm_version() -> str:
    import llvmlite

    return str(llvmlite.__version__)


@cache
def _start() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _machine(target: Target) -> Any:
    import llvmlite.binding as llvm

    _start()
    triple = llvm.Target.from_default_triple()
    return triple.create_target_machine(
        cpu=target.cpu, features=target.features, opt=2, reloc="pic", codemodel="jitdefault"
    )


def make_object(source: str, target: Target) -> bytes:
    """Optimise IR and compile it to relocatable machine code."""
    import llvmlite.binding as llvm

    machine = _machine(target)
    module = llvm.parse_assembly(source)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = False
    options.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))


def load_object(
    machine_code: bytes, target: Target, names: Sequence[str]
) -> tuple[object, Mapping[str, int]]:
    """Load machine code into this process and find where its functions start.

    Raises: InputError, when this processor cannot run it.
    """
    import llvmlite.binding as llvm

    require_host_runs(target)

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine(target))
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    return engine, {name: int(engine.get_function_address(name)) for name in names}
