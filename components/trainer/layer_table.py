"""What trains in a phase and at which rate, as text."""

from components.trainer.model import LayerGroup


def layer_table(phase: str, groups: list[LayerGroup]) -> str:
    """The groups of a phase as text: name, parameters, and the rate or `frozen`.

    Frozen groups that follow one another share a line.
    """
    lines = [f"phase {phase}", f"  {'layers':<24}{'parameters':>12}  rate"]
    frozen: list[LayerGroup] = []
    for group in groups:
        if group.rate is None:
            frozen.append(group)
        else:
            lines.append(f"  {group.name:<24}{group.parameters:>12,}  {group.rate:.1e}")
    if frozen:
        name = f"{frozen[-1].name} .. {frozen[0].name}" if len(frozen) > 1 else frozen[0].name
        lines.append(f"  {name:<24}{sum(group.parameters for group in frozen):>12,}  frozen")
    return "\n".join(lines)
