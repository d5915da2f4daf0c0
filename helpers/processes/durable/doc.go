// Package durable makes a pool of package processes durable, or spreads it over
// machines, by one option:
//
//	pool, err := processes.NewPool(ctx, 4, work, durable.Local("tasks"))
//	pool, err := processes.NewPool(ctx, 4, work, durable.Cluster("nats://host:4222", durable.Credentials{Token: t}))
//
// Tasks then go through NATS JetStream: an embedded server whose files lie in a
// directory, or an existing server or cluster. The pool's methods do not change.
// On other machines, "songsong worker URL" ([Join]) takes part.
//
// # How a task goes
//
// The pool publishes tasks, some together if they are short, to a work-queue
// stream. Each host pulls a few at a time, says "in progress" for all it holds
// every third of [AckWait], and runs them in worker processes over pipes, so a
// worker that dies is replaced and its tasks run again at once, without waiting
// for the server. The result goes to a second stream that keeps one message per
// subject and refuses new ones (max-msgs-per-subject 1, discard-new-per-subject):
// the subject is the task, so a second result of the same task is refused for
// ever. Only when the result is stored, or refused as the second, is the task
// acknowledged. So every task is run at least once and has exactly one result,
// through kill -9 of workers, hosts and servers.
//
// When the server that leads a stream dies, the next is elected after 4 to 9 s, by
// constants of NATS. Until then the pool hands out its tasks itself, in plain
// messages, and hears results as hosts publish them; what is handed out stays in
// the stream or goes there after the election. (Results of a named [Job] count only
// when stored: they wait for the election.)
//
// When no result has come for some seconds, the pool asks the streams: results
// that were not delivered are fetched, and a task that is in neither stream is
// published again.
//
// What a task does besides giving its result may thus happen more than once.
//
// # Power loss
//
// JetStream writes its files to disk every two minutes; until then the operating
// system has them. That survives the death of any process, not of the machine.
// [SurvivePowerLoss] writes every message through, at about a tenth of the speed.
//
// Importing this package links a NATS server: 25 MB.
package durable
