// Package plots draws the figures of parallel computing, ready for a paper.
//
// Start with [Speedup], fed by package measure, and [Figure.Save]:
//
//	r := measure.Speedup(ctx, []int{1, 2, 4}, func(workers int) { job(workers) })
//	plots.Speedup(r)                        // as a cell's last expression: shows it
//	plots.Speedup(r, plots.Vietnamese)      // the figure's own words in Vietnamese
//	plots.Speedup(r).Save("speedup")        // speedup.svg .pdf .png .csv
//
// The figures and what they are made of:
//
//	Speedup, Efficiency, KarpFlatt   measure.Speedup, sim.Model.Speedup, sim.Graph.Speedup
//	Weak                             measure.Weak, sim.Model.Weak
//	Throughput                       laws.Observation: loads and jobs per unit of time
//	Ladder, Distributions            measure.Costs
//	Timeline                         spans: threads.Log, a pool's log, sim.Model.Trace
//	LockWaits                        intervals of a syncs.Recorder
//	TaskGraph                        tasks and what they need
//	From                             any gonum plot
//
// Every figure shows its raw data (each repetition is a dot; one beyond the axis
// is an arrowhead), medians with 95 % order-statistic intervals, what it was
// measured on, how often, and under what load. Where the system tells how long
// threads stood in the run queue, hollow marks show the result without it, and
// both numbers are printed. A law is fitted to as many workers as there are
// cores, and dotted beyond. What is simulated says so. The legend stands above
// the data and never covers it. Colours are those of Okabe and Ito, and every
// series has a shape of its own. A figure is the same, byte for byte, whenever
// its data is.
//
// SVG, PDF, PNG and EPS look alike and are right for Vietnamese: text is
// normalised to NFC and drawn from the Liberation Sans font inside the program.
// A character without a glyph is an error that names it and the label.
//
// What it will not do: cut a label, hide an outlier, show a mean, or draw in
// three dimensions. It never imports the kernel; the kernel asks a figure for
// its [Figure.MIMEBundle]. Making a figure's bundle costs about 0.1 s, nearly
// all of it for the PNG, and 60 to 140 kB.
package plots
