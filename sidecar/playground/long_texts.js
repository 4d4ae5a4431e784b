// The two long documents of the presets: longer than the model reads at once, so that an answer has
// a best window to mark.

export const PIPER = `A small aircraft on a charter flight from Blackpool to Perth fell in the Scottish \
highlands in 1976. The pilot and five passengers died at once, and all of them were from Scotland. The \
aircraft had been made in Pennsylvania and its propellers in Ohio. The estates of the passengers were \
represented by Gaynell Reyno, the secretary of the lawyer who brought the action, and they sued the two \
makers in a state court in California.

The suit was removed to a federal court in California and then transferred to the Middle District of \
Pennsylvania. It was said openly that the action had been brought in the United States because its rules \
on liability, on who may sue and on damages are kinder to plaintiffs than those of Scotland, where strict \
liability in tort was not known and where damages for wrongful death were confined to loss of support and \
society.

Both makers then moved to dismiss. The District Court granted the motions. It weighed the private \
interests of the parties, among them the place of the wreckage, of the witnesses and of the records of \
the operator, all of which were in Great Britain, and the impossibility of bringing in the operator and \
the estate of the pilot as third parties. It weighed the public interests too: a jury in Pennsylvania \
would have had to apply its own law to one maker and the law of Scotland to the other, in a case that had \
little to do with the place where the jury lived.

The Court of Appeals reversed. It held that the District Court had abused its discretion in weighing the \
interests, and that an action may never be dismissed where the law of the other forum is less favorable \
to the plaintiff than that of the forum that was chosen.

We disagree. A plaintiff may not defeat a motion to dismiss on the ground of forum non conveniens merely \
by showing that the substantive law that would be applied in the alternative forum is less favorable than \
that of the present forum. The possibility of a change in substantive law should ordinarily not be given \
conclusive or even substantial weight in the inquiry. If it were, the doctrine would become virtually \
useless, for plaintiffs choose the forum whose rules they find the most advantageous.

That is not to say that a change in law is never relevant. Where the remedy that the other forum offers \
is so clearly inadequate that it is no remedy at all, a court may give the change substantial weight. The \
remedies of Scotland are not of that kind, although the recovery may be smaller there.

The presumption in favor of the forum that the plaintiff chose applies with less force when the plaintiff \
or the real parties in interest are foreign. The decision is committed to the sound discretion of the \
trial court, and it may be reversed only where that discretion has clearly been abused. The District \
Court considered all relevant public and private interests, its balancing was reasonable, and the \
judgment of the Court of Appeals is reversed.`;

export const DRIVEWAY = `Replacing a driveway is a job for a dry week. Begin by breaking up the old slab \
and carting it away; a skip of six cubic yards holds the rubble of a drive for one car. Dig to ten inches \
below the level that the surface will have, and keep the sides straight. Soft spots are dug out and filled \
with stone, because a slab that bridges a hole will crack over it.

Lay six inches of crushed stone in two layers and run a plate compactor over each. The base does the work: \
most drives that fail do so from below, where water washes out fine soil and leaves the slab hanging. Give \
the base a fall of a quarter of an inch to the foot, away from the house, so that rain has somewhere to go.

Set the forms with their top edge at the final level, stake them every three feet and oil them so that \
they come off cleanly. Steel mesh or bars on chairs go at mid depth. Mesh that lies on the stone does \
nothing. Cut a strip of expansion board to go between the new slab and the garage floor.

Order a mix of at least 4,000 psi with entrained air where winters are cold. Have enough hands ready \
before the truck comes: it takes three people to place and strike off a small drive before the first load \
begins to stiffen. Work from the far end. Strike off with a straight board, float the surface once the \
bleed water has gone, and draw a broom across it for grip. Cut joints a quarter of the depth, ten feet \
apart at most.

Keep the surface damp under plastic or a curing compound, for concrete hardens by taking up water and not \
by drying out. You may walk on it after a day or two. Keep cars off for seven days, when it has about \
seventy percent of its strength, and wait the full twenty-eight days before you let a loaded truck or a \
motor home onto it. In cool weather add some days to each.

Take the forms off after a day and fill along the edges with soil, so that nobody breaks a corner. Do not \
use salt in the first winter; sand gives grip and does no harm. Seal the surface after a month, and again \
every three years or so. Hairline cracks that follow the joints are what the joints are for.

A careful owner can do all of this for the price of the materials and of a compactor hired for two days. \
Contractors charge by the square foot, and more where the truck cannot come near. Ask for the thickness, \
the strength of the mix and the base in writing, and look at the base yourself before the truck is called.`;
