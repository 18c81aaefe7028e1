// Prints the articles that newsfeedd publishes.
//
//	run --bootstrap kafka-1:9092 --group my-reader [--topic articles.enriched] [--until-end]
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	newsfeed "example/articles/newsfeedv1"
)

// Writes the lines of an article.
func describe(out io.Writer, article *newsfeed.EnrichedArticle) {
	words := []string{article.GetDedup().GetVerdict().String(), article.GetId(), article.GetTitle()}
	if status := article.GetPubStatus(); status != newsfeed.EnrichedArticle_USABLE {
		words = append(words, status.String())
	}
	fmt.Fprintln(out, strings.Join(words, "  "))
	texts := map[newsfeed.Mention_Field]string{
		newsfeed.Mention_TITLE:      article.GetTitle(),
		newsfeed.Mention_STANDFIRST: article.GetStandfirst(),
		newsfeed.Mention_BODY:       article.GetBody(),
	}
	for _, entity := range article.GetEntities() {
		for _, m := range entity.GetMentions() {
			// Offsets count bytes, as Go's strings do.
			text := texts[m.GetField()][m.GetBegin():m.GetEnd()]
			fmt.Fprintf(out, "  %s %s  %s %d..%d \"%s\"\n", entity.GetType(), entity.GetName(), m.GetField(),
				m.GetBegin(), m.GetEnd(), text)
		}
	}
}

// Prints what comes until the context ends, or nothing has come for `quiet` (0: for ever).
func consume(ctx context.Context, client *kgo.Client, quiet time.Duration) error {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		poll, cancel := ctx, context.CancelFunc(func() {})
		if quiet > 0 {
			poll, cancel = context.WithTimeout(ctx, quiet)
		}
		fetches := client.PollFetches(poll)
		ended := poll.Err() != nil
		cancel()
		if !ended {
			if err := fetches.Err(); err != nil {
				return err
			}
		}
		for _, record := range fetches.Records() {
			article := &newsfeed.EnrichedArticle{}
			if err := proto.Unmarshal(record.Value, article); err != nil {
				return fmt.Errorf("%s/%d at %d: %w", record.Topic, record.Partition, record.Offset, err)
			}
			describe(out, article)
		}
		if err := out.Flush(); err != nil {
			return err
		}
		// What was polled before is done: only now it is committed.
		client.MarkCommitRecords(fetches.Records()...)
		if ended {
			return nil
		}
	}
}

func main() {
	bootstrap := flag.String("bootstrap", "", "HOST:PORT,...")
	group := flag.String("group", "", "consumer group")
	topic := flag.String("topic", "articles.enriched", "")
	untilEnd := flag.Bool("until-end", false, "end when nothing has come for ten seconds")
	flag.Parse()
	if *bootstrap == "" || *group == "" {
		flag.Usage()
		os.Exit(64)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(*bootstrap, ",")...),
		kgo.ConsumerGroup(*group),
		kgo.ConsumeTopics(*topic),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), // what was aborted is not seen
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.AutoCommitMarks(), // what is done is marked, and committed every few seconds
	)
	if err != nil {
		log.Fatal(err)
	}
	quiet := time.Duration(0)
	if *untilEnd {
		quiet = 10 * time.Second
	}
	err = consume(ctx, client, quiet)
	if commit := client.CommitMarkedOffsets(context.Background()); err == nil {
		err = commit
	}
	client.Close()
	if err != nil {
		log.Fatal(err)
	}
}
