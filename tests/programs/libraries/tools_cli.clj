(ns libraries.tools-cli
  (:require [clojure.string :as string]
            [clojure.tools.cli :refer [parse-opts summarize get-default-options make-summary-part]]))

(def options
  [["-p" "--port PORT" "Port number" :default 80 :parse-fn #(Integer/parseInt %) :validate [#(< 0 % 0x10000) "Must be between 0 and 65536"]]
   ["-H" "--hostname HOST" "Remote host" :default "localhost" :default-desc "here"]
   ["-v" nil "Verbosity level" :id :verbosity :default 0 :update-fn inc]
   ["-f" "--file NAME" "File names" :multi true :default [] :update-fn conj]
   [nil "--detach" "Detach from controlling process"]
   ["-c" "--[no-]color" "Colors"]
   ["-h" "--help"]])

(defn show [& args]
  (let [{:keys [options arguments errors summary]} (parse-opts args libraries.tools-cli/options)]
    (prn (into (sorted-map) options) arguments)
    (run! println errors)))
(show)
(show "-p8080" "--hostname=example.com" "-vvv" "--file" "a" "-fb" "x" "-y")
(show "--port" "0" "--no-color" "--detach" "rest")
(show "-p" "abc" "--nope" "-q" "--port")
(show "--" "-p" "1")
(show "x" "-p" "1")
(println (:summary (parse-opts [] options)))
(prn (:arguments (parse-opts ["sub" "-p" "1"] options :in-order true)))
(prn (sort (get-default-options options)))
(prn (:options (parse-opts ["-p" "1"] options :no-defaults true)))
(prn (:errors (parse-opts ["--hel"] options :strict true)))
(println (:summary (parse-opts [] options :summary-fn (fn [specs] (string/join "|" (map :long-opt specs))))))
