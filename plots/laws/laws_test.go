package laws

import (
	"math"
	"testing"
)

// specSDM91 is the benchmark of Gunther's book that R's usl ships: loads and
// throughputs (scripts per hour).
var specSDM91 = []Observation{{1, 64.9}, {18, 995.9}, {36, 1652.4}, {72, 1853.2}, {108, 1828.9}, {144, 1775.0}, {216, 1702.2}}

// The oracle is R 4, usl 3.0.4: usl(throughput ~ load, specsdm91).
func TestUSLEqualsR(t *testing.T) {
	u, err := FitUSL(specSDM91)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "alpha", u.Alpha.Value, 0.02773, 5e-6)
	near(t, "beta", u.Beta.Value, 0.0001044, 5e-8)
	near(t, "gamma", u.Gamma.Value, 89.995, 5e-4)
	near(t, "peak", u.Peak(), 96.5, 0.05)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, o := range specSDM91 {
		r := o.Value - u.Throughput(o.Workers)
		lo, hi = math.Min(lo, r), math.Max(hi, r)
	}
	near(t, "least residual", lo, -81.7, 0.05)
	near(t, "largest residual", hi, 111.1, 0.05)
}

func near(t *testing.T, what string, got, want, eps float64) {
	t.Helper()
	if !(math.Abs(got-want) <= eps) {
		t.Errorf("%s is %.8g, want %.8g ± %g", what, got, want, eps)
	}
}
