"""What a run did and reached, as one HTML file and as a model card; read without TensorFlow."""
