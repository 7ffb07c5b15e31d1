"""From IR text to machine code through llvmlite: no compiler needed on the user's machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Target:
    """The processor that kernels are made for: vector width in doubles, features, fused multiply-add."""

    cpu: str
    features: str
    width: int
    fused: bool
    llvm: str


@cache
def host_target() -> Target:
    """The processor this runs on."""
    import llvmlite
    import llvmlite.binding as llvm

    _start()
    features = llvm.get_host_cpu_features()
    width = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
    return Target(
        llvm.get_host_cpu_name(),
        features.flatten(),
        width,
        bool(features.get("fma") or features.get("neon")),
        llvmlite.__version__,
    )


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
    """Load machine code into this process and find where its functions start."""
    import llvmlite.binding as llvm

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine(target))
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    return engine, {name: int(engine.get_function_address(name)) for name in names}
