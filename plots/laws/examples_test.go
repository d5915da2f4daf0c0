package laws_test

import (
	"fmt"

	"songsong/plots/laws"
)

func ExampleFitAmdahl() {
	times := []laws.Observation{{1, 10.0}, {1, 10.1}, {2, 5.5}, {2, 5.6}, {4, 3.3}, {4, 3.2}}
	a, err := laws.FitAmdahl(times)
	fmt.Printf("s = %.2f [%.2f, %.2f], at most %.0f times faster %v\n", a.Serial.Value, a.Serial.Lo, a.Serial.Hi, a.Limit(), err)
	// Output: s = 0.10 [0.08, 0.11], at most 10 times faster <nil>
}

func ExampleFitGustafson() {
	times := []laws.Observation{{1, 10.0}, {1, 10.1}, {4, 10.8}, {4, 10.9}}
	g, err := laws.FitGustafson(times)
	fmt.Printf("%.1f times the work with 4 workers %v\n", g.Speedup(4), err)
	// Output: 3.7 times the work with 4 workers <nil>
}

// The benchmark that R's package usl ships.
func ExampleFitUSL() {
	u, err := laws.FitUSL([]laws.Observation{{1, 64.9}, {18, 995.9}, {36, 1652.4}, {72, 1853.2}, {108, 1828.9}, {144, 1775.0}, {216, 1702.2}})
	fmt.Printf("α = %.5f, β = %.7f, peak at %.1f, limit %.1f %v\n", u.Alpha.Value, u.Beta.Value, u.Peak(), u.Limit(), err)
	// Output: α = 0.02773, β = 0.0001044, peak at 96.5, limit 36.1 <nil>
}

func ExampleKarpFlatt() {
	fmt.Printf("%.3f\n", laws.KarpFlatt(3.2, 4))
	// Output: 0.083
}
