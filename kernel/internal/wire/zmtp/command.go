package zmtp

import (
	"encoding/binary"
	"errors"
)

var errTruncatedCommand = errors.New("zmtp: truncated command")

// splitCommand splits the body of a command frame into its name and data.
func splitCommand(body []byte) (name string, data []byte, err error) {
	if len(body) == 0 || len(body) < 1+int(body[0]) {
		return "", nil, errTruncatedCommand
	}
	n := 1 + int(body[0])
	return string(body[1:n]), body[n:], nil
}

// appendCommand appends a command frame in wire form.
func appendCommand(dst []byte, name string, data []byte) []byte {
	dst = appendHeader(dst, flagCommand, 1+len(name)+len(data))
	dst = append(dst, byte(len(name)))
	dst = append(dst, name...)
	return append(dst, data...)
}

// A property is one name and value of a READY command.
type property struct{ name, value string }

func appendProperty(dst []byte, p property) []byte {
	dst = append(dst, byte(len(p.name)))
	dst = append(dst, p.name...)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(p.value)))
	return append(dst, p.value...)
}

// parseProperties reads the properties of a READY command.
func parseProperties(data []byte) ([]property, error) {
	var props []property
	for len(data) > 0 {
		n := int(data[0])
		if len(data) < 1+n+4 {
			return nil, errTruncatedCommand
		}
		name := string(data[1 : 1+n])
		size := uint64(binary.BigEndian.Uint32(data[1+n:]))
		data = data[1+n+4:]
		if uint64(len(data)) < size {
			return nil, errTruncatedCommand
		}
		props = append(props, property{name, string(data[:size])})
		data = data[size:]
	}
	return props, nil
}
