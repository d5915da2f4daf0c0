package laws

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// huber is the tuning constant with 95 % efficiency on normal errors.
const huber = 1.345

// fitRobust is fit with Huber's M-estimator: a repetition that a busy neighbour
// made three times too long pulls no more than one that is a little off. Scale
// is the median absolute residual; the covariance is Huber's (1981, eq. 6.5).
func fitRobust(obs []Observation, start []float64, m model, scale func(float64) float64) ([]Estimate, error) {
	residuals := residualsOf(obs, m, scale)
	r := make([]float64, len(obs))
	x, err := search(start, func(x []float64) float64 {
		residuals(r, x)
		sum := 0.0
		for _, v := range r {
			sum += math.Abs(v)
		}
		return sum
	})
	if err != nil {
		return nil, err
	}
	residuals(r, x)
	sigma := deviation(r)
	if sigma < 1e-12 { // the law holds exactly
		return fit(obs, start, m, scale)
	}
	x = reweight(x, sigma, len(obs), residuals)
	return huberIntervals(x, sigma, len(obs), residuals), nil
}

// deviation estimates the standard deviation by the median absolute residual.
func deviation(r []float64) float64 {
	a := make([]float64, len(r))
	for i, v := range r {
		a[i] = math.Abs(v)
	}
	slices.Sort(a)
	n := len(a)
	return 1.4826 * (a[(n-1)/2] + a[n/2]) / 2
}

// reweight takes Gauss-Newton steps with Huber's weights until they are small.
func reweight(x []float64, sigma float64, n int, residuals func(dst, x []float64)) []float64 {
	loss := func(x []float64) float64 {
		r := make([]float64, n)
		residuals(r, x)
		sum := 0.0
		for _, v := range r {
			if a := math.Abs(v) / sigma; a <= huber {
				sum += a * a / 2
			} else {
				sum += huber*a - huber*huber/2
			}
		}
		return sum
	}
	best := loss(x)
	for range 50 {
		next, ok := step(x, sigma, n, residuals)
		if !ok {
			return x
		}
		l := loss(next)
		if !(l < best) {
			return x
		}
		done := best-l < 1e-12*best
		x, best = next, l
		if done {
			return x
		}
	}
	return x
}

func step(x []float64, sigma float64, n int, residuals func(dst, x []float64)) ([]float64, bool) {
	j := jacobian(x, n, residuals)
	r := make([]float64, n)
	residuals(r, x)
	for i, v := range r {
		w := math.Sqrt(math.Min(1, huber*sigma/math.Max(math.Abs(v), 1e-300)))
		r[i] *= w
		for k := range x {
			j.Set(i, k, w*j.At(i, k))
		}
	}
	var s mat.VecDense
	if s.SolveVec(j, mat.NewVecDense(n, r)) != nil {
		return nil, false
	}
	next := make([]float64, len(x))
	for i := range x {
		next[i] = x[i] - s.AtVec(i)
	}
	return next, true
}

func huberIntervals(x []float64, sigma float64, n int, residuals func(dst, x []float64)) []Estimate {
	free := n - len(x)
	r := make([]float64, n)
	residuals(r, x)
	inside, squares := 0.0, 0.0
	for _, v := range r {
		psi := math.Max(-huber, math.Min(huber, v/sigma))
		squares += psi * psi
		if math.Abs(v) <= huber*sigma {
			inside++
		}
	}
	share := inside / float64(n)
	correction := 1 + float64(len(x))/float64(n)*(1-share)/share
	variance := correction * correction * sigma * sigma * squares / float64(free) / (share * share)
	return bounds(x, n, variance, jacobian(x, n, residuals))
}

// bounds turns a residual variance into intervals; a singular Jacobian gives
// infinite ones.
func bounds(x []float64, n int, variance float64, j *mat.Dense) []Estimate {
	out := make([]Estimate, len(x))
	free := n - len(x)
	norms := make([]float64, len(x)) // parameters differ in size by many powers of ten
	for k := range x {
		norms[k] = mat.Norm(j.ColView(k), 2)
		for i := range n {
			j.Set(i, k, j.At(i, k)/norms[k])
		}
	}
	var normal, cov mat.Dense
	normal.Mul(j.T(), j)
	singular := cov.Inverse(&normal) != nil || free < 1
	for i, v := range x {
		half := math.Inf(1)
		if !singular {
			t := distuv.StudentsT{Sigma: 1, Nu: float64(free)}.Quantile(0.975)
			half = t * math.Sqrt(math.Max(0, cov.At(i, i))*variance) / norms[i]
		}
		out[i] = Estimate{v, v - half, v + half}
	}
	return out
}
