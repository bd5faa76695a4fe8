"""What a slip looks like, as typst sets it: one face for each voter group, and the back of all."""

from typing import Final

TEMPLATE: Final = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1d2733")
#let muted = rgb("#4a5665")
#let line-color = rgb("#8a95a3")
#set document(title: d.title, date: none)
#set text(font: d.font, lang: "zh", region: "cn", fill: ink, size: 7.5pt, top-edge: 0.88em, bottom-edge: -0.12em)
#set par(leading: 0.3em, spacing: 0.5em)

// A word, an address or a password that is wider than its line goes on in the next one; a word with a hyphen.
#let within(width, body) = {
  show regex("[!-~\u{a1}-\u{1fff}]{6,}"): it => context if measure(it).width <= width { it } else {
    it.text.clusters().join(if it.text.contains(regex("[^\p{L}]")) { "\u{200b}" } else { "\u{ad}" })
  }
  body
}

// The largest of the sizes at which the text fits its place; long names shrink instead of being cut off.
#let tries = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52, 0.45, 0.38)
#let sized(size, factor, body) = { set text(size: size * factor); body }
#let flowing(width, height, size, body, among: tries, longest: none) = context {
  let body = within(if longest == none { width } else { longest }, body)
  let fits(factor) = measure(block(width: width, sized(size, factor, body))).height <= height
  let factor = among.find(fits)
  block(width: width, height: height, clip: true, sized(size, if factor == none { among.last() } else { factor }, body))
}
// The same for a name that had rather be a little smaller than on two lines.
#let fitted(width, height, size, body) = context {
  let factor = tries.slice(0, 3).find(factor => measure(sized(size, factor, body)).width <= width)
  if factor == none { flowing(width, height, size, body) } else {
    block(width: width, height: height, clip: true, sized(size, factor, body))
  }
}

// Title, and below it what else says of which vote the slip is; 9 points and more unless both are long.
#let heading(s, width, height, more) = context {
  let body(sizes) = {
    set par(leading: sizes.at(2))
    within(width, { text(size: sizes.at(0), strong(s.title)); linebreak(); text(size: sizes.at(1), more) })
  }
  let sizes = ((11pt, 9pt, 2pt), (10pt, 9pt, 2pt), (9pt, 9pt, 2pt), (9pt, 8pt, 2pt), (9pt, 8pt, 0.9pt),
    (8pt, 7pt, 1pt),
    (7pt, 6.2pt, 1pt), (6pt, 5.4pt, 1pt), (5pt, 4.6pt, 1pt), (4.2pt, 4pt, 1pt))
  let found = sizes.find(one => measure(block(width: width, body(one))).height <= height)
  let chosen = if found == none { sizes.last() } else { found }
  block(width: width, height: height, clip: true, align(horizon, body(chosen)))
}

#let wifi-part(s, width) = {
  let side = 11.5mm
  let beside = width - side - 0.8mm
  place(top + left, image(bytes(s.wifi.svg), format: "svg", width: side))
  place(top + left, dx: side + 0.8mm, text(size: 9pt, weight: "bold")[先连无线网])
  place(top + left, dx: side + 0.8mm, dy: 3.8mm, flowing(beside, side - 3.8mm, 7pt, {
    set par(leading: 0.15em)
    strong(s.wifi.ssid)
    if s.wifi.password != "" { linebreak(); s.wifi.password }
  }))
}

// A step whose short clauses stay together, so that no lonely sign begins a line.
#let whole(step) = step.split("，").map(one => if one.clusters().len() <= 6 { box(one) } else { one }).join("，")

#let steps(how-to, gutter) = grid(
  columns: (1em, 1fr), row-gutter: gutter,
  ..how-to.enumerate().map(((i, step)) => (text(weight: "bold", str(i + 1)), whole(step))).flatten())

#let left = d.qr_at.at(0) * 1mm
#let inner = d.face * 1mm - left - 3.2mm

#let fine = range(21).map(step => 1 - step * 0.03)

// What an English reader needs, beside the Chinese and apart from it.
#let beside(english, steps) = if english != none {
  let width = d.slip.at(0) * 1mm - d.face * 1mm - 3.4mm
  let inset = 1.2mm
  place(dx: d.face * 1mm - 1.2mm, dy: 3mm, line(
    angle: 90deg, length: d.slip.at(1) * 1mm - 6mm, stroke: 0.3pt + line-color))
  let height = d.slip.at(1) * 1mm - 4.4mm
  place(dx: d.face * 1mm + 0.8mm, dy: 2.4mm, flowing(width, height, 9pt, among: fine, longest: width - 2 * inset, {
    set text(lang: "en", hyphenate: false)
    set par(leading: 0.14em, spacing: 0.45em)
    text(size: 1.05em, strong(english.title))
    parbreak()
    text(fill: muted, english.more)
    parbreak()
    if english.group != "" {
      block(fill: rgb("#eef1f5"), radius: 1mm, inset: (x: inset, y: 0.8mm), strong(english.group))
    }
    steps
    for line in english.lines { line; parbreak() }
  }))
}

#let slip(s) = box(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, {
  let top = d.qr_at.at(1) * 1mm
  let bottom = top + d.qr_width * 1mm
  let right = left + d.qr_width * 1mm + 3mm
  let width = inner - (right - left)
  place(dx: left, dy: 1.6mm, heading(s, inner, 13mm, {
    text(fill: muted, s.round_name); h(0.6em); [您是 #s.people 人中的一人]
  }))
  place(dx: left, dy: 14.6mm, fitted(inner, 2.6mm, 7pt, s.promise))
  place(dx: right, dy: top, block(fill: rgb("#eef1f5"), radius: 1mm, inset: (x: 1.4mm, y: 0.6mm), width: width,
    height: 5.8mm, align(horizon, fitted(width - 2.8mm, 4.6mm, 9pt, align(horizon, strong(s.group))))))
  let apart = if s.wifi == none { () } else { s.how_to.slice(calc.min(2, s.how_to.len())) }
  if s.wifi == none {
    place(dx: right, dy: top + 7mm, flowing(width, bottom - top - 7mm, 9pt, steps(s.how_to, 2mm)))
  } else {
    place(dx: right, dy: top + 6.5mm, block(width: width, wifi-part(s, width)))
    place(dx: right, dy: top + 18.6mm, flowing(width, 7.4mm, 9pt,
      steps(s.how_to.slice(0, calc.min(2, s.how_to.len())), 0.4mm)))
  }
  place(dx: left, dy: bottom + 0.4mm, flowing(inner, 7.4mm, 9pt, {
    for one in apart { one; [。] }
    [扫不了？票码填在 #s.address]
  }))
  if s.english != none { beside(s.english, steps(s.english.how_to, 0.25em)) }
})

#let back(s) = box(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, {
  let side = 22mm
  let right = left + side + 3mm
  place(dx: left, dy: 1.8mm, heading(s, inner, 13.4mm, text(fill: muted, s.round_name)))
  place(dx: left, dy: 16mm, image(bytes(s.svg), format: "svg", width: side))
  place(dx: right, dy: 16mm, flowing(inner - side - 3mm, 29mm, 9pt,
    [*这一面查结果，*#linebreak()*投票请扫正面*#parbreak()向参评人员公布后，扫左侧二维码，可以看各单位所在的档次。每张票的这一面都相同。]))
  place(dx: left, dy: 45.4mm, flowing(inner, 8.4mm, 9pt, [扫不了？打开 #s.link]))
  if s.english != none { beside(s.english, none) }
})

#let cut-lines = {
  let dash = (paint: line-color, thickness: 0.35pt, dash: (2pt, 2pt))
  for i in range(d.columns + 1) {
    place(dx: (d.margin.at(0) + i * d.slip.at(0)) * 1mm, line(angle: 90deg, length: 100%, stroke: dash))
  }
  for i in range(d.rows + 1) {
    place(dy: (d.margin.at(1) + i * d.slip.at(1)) * 1mm, line(length: 100%, stroke: dash))
  }
}

#page(width: d.page.at(0) * 1mm, height: d.page.at(1) * 1mm, margin: 0mm, cut-lines)
#for s in d.sheets {
  page(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, margin: 0mm, slip(s))
}
#if d.back != none { page(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, margin: 0mm, back(d.back)) }
"""
