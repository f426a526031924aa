"""Col2Im (18) as a transposed convolution whose kernel puts every number where it belongs."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


@step("Col2Im", 18)
def as_transposed_convolution(site: Site) -> str:
    """[N, C * block, L] as N * C images of ``block`` channels; channel k goes to place k of the window."""
    import numpy as np

    image, block = site.known(1), site.known(2)
    if image is None or block is None:
        raise CannotRewrite("Col2Im with sizes computed at run time; opset %d has none" % site.opset)
    sides, window = [int(side) for side in image], [int(side) for side in block]
    ones, count = [1] * len(sides), int(np.prod(window))
    strides, dilations = list(site.attr("strides", ones)), list(site.attr("dilations", ones))
    pads = list(site.attr("pads", [0] * (2 * len(sides))))
    reach = [dilation * (side - 1) + 1 for side, dilation in zip(window, dilations)]
    room = [side + pads[i] + pads[i + len(sides)] - reach[i] for i, side in enumerate(sides)]
    places = [space // stride + 1 for space, stride in zip(room, strides)]
    kernel = np.eye(count).reshape([count, 1] + window)
    found = site.add("Reshape", [site.input(0), site.ints([-1, count, *places])])
    found = site.add(
        "ConvTranspose",
        [found, site.tensor(kernel, site.needed_element(site.input(0)))],
        strides=strides,
        dilations=dilations,
        pads=pads,
        output_padding=[space % stride for space, stride in zip(room, strides)],
    )
    dims = site.dims(site.input(0))
    if dims is None or dims[1] is None:
        raise CannotRewrite("Col2Im of an unknown number of channels; opset %d has none" % site.opset)
    return str(site.add("Reshape", [found, site.ints([-1, dims[1] // count, *sides])]))
