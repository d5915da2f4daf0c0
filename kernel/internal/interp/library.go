package interp

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"songsong/kernel/internal/rt"
)

// library are the functions of the standard library that plain cells may call.
var library = map[string]reflect.Value{
	"fmt.Println": reflect.ValueOf(rt.Println), "fmt.Printf": reflect.ValueOf(rt.Printf), "fmt.Print": reflect.ValueOf(rt.Print),
	"fmt.Sprint": reflect.ValueOf(fmt.Sprint), "fmt.Sprintf": reflect.ValueOf(fmt.Sprintf), "fmt.Sprintln": reflect.ValueOf(fmt.Sprintln),
	"math.Sqrt": reflect.ValueOf(math.Sqrt), "math.Pow": reflect.ValueOf(math.Pow), "math.Abs": reflect.ValueOf(math.Abs),
	"math.Floor": reflect.ValueOf(math.Floor), "math.Ceil": reflect.ValueOf(math.Ceil), "math.Log": reflect.ValueOf(math.Log),
	"math.Exp": reflect.ValueOf(math.Exp), "math.Max": reflect.ValueOf(math.Max), "math.Min": reflect.ValueOf(math.Min), "math.Round": reflect.ValueOf(math.Round),
	"strconv.Itoa": reflect.ValueOf(strconv.Itoa), "strconv.Quote": reflect.ValueOf(strconv.Quote),
	"strings.ToUpper": reflect.ValueOf(strings.ToUpper), "strings.ToLower": reflect.ValueOf(strings.ToLower),
	"strings.Repeat": reflect.ValueOf(strings.Repeat), "strings.Contains": reflect.ValueOf(strings.Contains), "strings.TrimSpace": reflect.ValueOf(strings.TrimSpace),
	"strings.ReplaceAll": reflect.ValueOf(strings.ReplaceAll), "strings.HasPrefix": reflect.ValueOf(strings.HasPrefix), "strings.HasSuffix": reflect.ValueOf(strings.HasSuffix),
}
