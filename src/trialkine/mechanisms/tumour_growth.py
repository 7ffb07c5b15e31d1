"""Lesions made of clones that grow, and go extinct below a cure threshold."""

from trialkine.mechanisms.indices import CLONE, LESION
from trialkine.model.declarations import Define, Event, Flow, Mechanism, Parameter, State, Total

TUMOUR_GROWTH = Mechanism(
    name="tumour_growth",
    about="Clones of every lesion grow at one rate, slowed by total burden and by loss of vascular "
    "support; a clone below the extinction volume is gone.",
    states={
        "tumour": State(
            "cm**3",
            "volume of one clone in one lesion",
            index=(LESION, CLONE),
            initial="initial_burden * lesion_share / sum(lesion_share, lesion) * initial_clone_fraction",
            scale="extinction_volume",
        )
    },
    nulls={"tumour": "0"},
    parameters={
        "initial_burden": Parameter("cm**3", "volume of all measurable lesions at the start"),
        "lesion_share": Parameter("", "size of a lesion relative to the others at the start", (LESION,)),
        "antigen_loss_fraction": Parameter("", "share of the tumour that shows no antigen at the start"),
        "chemotherapy_resistant_fraction": Parameter(
            "", "share of the antigen-positive tumour that resists chemotherapy at the start"
        ),
        "antigen_presence": Parameter(
            "", "1 for a clone that shows antigen, 0 for one that does not", (CLONE,)
        ),
        "resistant_clone": Parameter(
            "", "1 for the antigen-positive clone that resists chemotherapy", (CLONE,)
        ),
        "tumour_growth_rate": Parameter("1/day", "growth of a small, well supplied, untreated tumour"),
        "largest_burden": Parameter("cm**3", "burden at which growth stops"),
        "extinction_volume": Parameter("cm**3", "volume below which a clone dies out"),
        "reference_burden": Parameter("cm**3", "burden at which the rates of death and spread are stated"),
        "negligible_burden": Parameter(
            "cm**3", "burden that keeps ratios to burden finite when none is left"
        ),
    },
    totals=(
        Total("immune_tumour_loss", "cm**3/day", "tumour killed by the immune system"),
        Total("drug_tumour_loss", "cm**3/day", "tumour killed by drugs directly"),
    ),
    defines=(
        Define(
            "initial_clone_fraction",
            "",
            "antigen_presence * (1 - antigen_loss_fraction)"
            " * (resistant_clone * chemotherapy_resistant_fraction"
            " + (1 - resistant_clone) * (1 - chemotherapy_resistant_fraction))"
            " + (1 - antigen_presence) * antigen_loss_fraction",
            "share of each clone at the start",
        ),
        Define("lesion_volume", "cm**3", "sum(tumour, clone)", "volume of each lesion", null="0"),
        Define("burden", "cm**3", "sum(tumour, lesion, clone)", "volume of all lesions", null="0"),
        Define(
            "antigen_positive_burden",
            "cm**3",
            "sum(antigen_presence * tumour, lesion, clone)",
            "volume that shows antigen",
            null="0",
        ),
        Define(
            "proliferation_rate",
            "1/day",
            "tumour_growth_rate * positive(vascular_growth_factor) * (1 - burden / largest_burden)",
            "present growth rate while vessels support growth",
            null="0",
        ),
        Define(
            "starvation_rate",
            "1/day",
            "tumour_growth_rate * positive(-vascular_growth_factor)",
            "present rate of shrinkage where vessels do not support the tumour",
            null="0",
        ),
        Define(
            "tumour_turnover",
            "cm**3/day",
            "tumour_growth_rate * burden",
            "volume that an untreated tumour of this size would gain",
            null="0",
        ),
        Define(
            "immune_control",
            "",
            "immune_tumour_loss / (tumour_growth_rate * (burden + negligible_burden))",
            "immune killing relative to growth; above 1 the tumour shrinks by itself",
            null="0",
        ),
        Define(
            "net_growth_rate",
            "1/day",
            "((proliferation_rate - starvation_rate) * burden - immune_tumour_loss - drug_tumour_loss)"
            " / (burden + negligible_burden)",
            "relative change of burden",
            null="0",
        ),
        Define(
            "doubling_time", "day", "log(2) / tumour_growth_rate", "time in which an untreated tumour doubles"
        ),
    ),
    flows=(
        Flow(sink="tumour", rate="proliferation_rate * tumour"),
        Flow(source="tumour", rate="starvation_rate * tumour"),
    ),
    events=(
        Event(
            "extinction",
            when="tumour < extinction_volume",
            resets={"tumour": "0"},
            about="A clone of one lesion dies out: the cure threshold.",
        ),
    ),
    sources=("starting_calibration", "carlson_2003", "shin_melanoma_burden", "rcc_growth_series"),
)
