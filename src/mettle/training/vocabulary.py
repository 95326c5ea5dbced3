"""The closed word lists of training: what a profile, an exercise and a plan may say. Anything else is refused by name."""

from __future__ import annotations

PATTERNS = (
    "squat",
    "hinge",
    "lunge",
    "hpush",
    "vpush",
    "hpull",
    "vpull",
    "core",
    "carry",
    "knee_flexion",
    "isolation",
    "conditioning",
    "balance",
)
"""Movement patterns; ``hpush`` is a push away from the chest, ``vpull`` a pull down from above, and so on."""

MUSCLES = (
    "quads",
    "hams",
    "glutes",
    "adductors",
    "calves",
    "chest",
    "front_delts",
    "side_delts",
    "rear_delts",
    "lats",
    "upper_back",
    "biceps",
    "triceps",
    "core",
    "erectors",
)

EQUIPMENT = (
    "barbell",
    "rack",
    "bench",
    "dumbbell",
    "kettlebell",
    "cable",
    "lat_pulldown",
    "seated_row",
    "leg_press",
    "chest_press",
    "chest_fly",
    "leg_curl",
    "leg_extension",
    "shoulder_press",
    "calf_machine",
    "hyperextension",
    "rower",
    "box",
    "pullup_bar",
    "dip_bars",
    "band",
    "ball",
    "trx",
    "sled",
    "sandbag",
    "chair",
    "trap_bar",
)

TAGS = (
    "overhead",
    "high_impact",
    "deep_knee_flexion",
    "floor_transfer",
    "supine",
    "prone",
    "breath_hold",
    "maximal_effort",
    "unsupported_bent_over",
    "loaded_spinal_flexion",
    "deep_shoulder_extension",
    "wide_grip_press",
    "upright_row",
    "straight_bar_curl",
    "heavy_grip_pronated",
    "skullcrusher",
    "single_leg_unsupported",
    "fall_risk",
    "full_knee_extension_loaded",
)
"""What a body or a person may want to avoid. ``loaded_spinal_flexion`` covers loaded bending and loaded twisting."""

LIMITATIONS = (
    "low_back",
    "flexion_intolerant_back",
    "knee_osteoarthritis",
    "shoulder_impingement_left",
    "shoulder_impingement_right",
    "elbow_tendinopathy_left",
    "elbow_tendinopathy_right",
    "wrist",
    "hip_impingement",
    "osteoporosis",
    "pelvic_floor",
    "amputation_below_knee_left",
    "amputation_below_knee_right",
    "wheelchair",
)

JOINTS = ("ankle", "knee", "hip", "low_back", "neck", "shoulder", "elbow", "wrist")
"""Joints whose stress an exercise grades from 0 (not said) to 3."""

LOAD_KINDS = (
    "bar",
    "dumbbell",
    "kettlebell",
    "sandbag",
    "stack",
    "sled",
    "band",
    "angle",
    "bodyweight",
    "time",
)
"""How an exercise is made harder: ``angle`` is the body's angle to the ground (TRX, wall and incline push-ups)."""

LATERALITIES = ("bilateral", "unilateral", "alternating")
POSITIONS = ("standing", "seated", "supine", "prone", "side_lying", "kneeling", "quadruped", "hanging")
