// A receiver of remote write made of Prometheus's own packages: its handler, its storage, its PromQL.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
)

func main() {
	model.NameValidationScheme = model.UTF8Validation
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	options := tsdb.DefaultOptions()
	options.EnableNativeHistograms = true
	options.EnableExemplarStorage = true
	options.MaxExemplars = 1000
	db, err := tsdb.Open(os.Args[1], logger, prometheus.NewRegistry(), options, nil)
	if err != nil {
		panic(err)
	}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1_000_000, Timeout: time.Minute, LookbackDelta: time.Hour})
	messages := []config.RemoteWriteProtoMsg{config.RemoteWriteProtoMsgV1, config.RemoteWriteProtoMsgV2}
	mux := http.NewServeMux()
	mux.Handle("/api/v1/write", remote.NewWriteHandler(logger, prometheus.NewRegistry(), db, messages))
	mux.HandleFunc("/api/v1/query", func(w http.ResponseWriter, r *http.Request) {
		query, err := engine.NewInstantQuery(context.Background(), db, nil, r.FormValue("query"), time.Now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		vector, err := query.Exec(context.Background()).Vector()
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		result := []map[string]any{}
		for _, sample := range vector {
			value := strconv.FormatFloat(sample.F, 'f', -1, 64)
			result = append(result, map[string]any{"metric": sample.Metric.Map(), "value": []any{sample.T / 1000, value}})
		}
		json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"result": result}})
	})
	mux.HandleFunc("/-/ready", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ready") })
	listener, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		panic(err)
	}
	panic(http.Serve(listener, mux))
}
